package io.vertebra.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * The calls of one contract that wait for a permit, oldest first. All of its state is confined to
 * the control lane; only the count may be read by any thread, and is what tells a freed permit
 * whether somebody wants it.
 */
final class WaitingQueue {
  private final Lane control;
  private @Nullable ServedCall<?, ?> head;
  private @Nullable ServedCall<?, ?> tail;
  private volatile int size;

  WaitingQueue(Lane control) {
    this.control = control;
  }

  int size() {
    return size;
  }

  /** Lets {@code call} wait for a permit of its instance. Any thread. */
  void add(ServedCall<?, ?> call) {
    control.run(() -> enqueue(call));
  }

  /** A permit was given back. Any thread. */
  void permitFreed() {
    if (size > 0) {
      control.post(this::grant);
    }
  }

  /** The caller of a waiting call has given up. Any thread. */
  void abandoned(ServedCall<?, ?> call) {
    if (size > 0) {
      control.run(() -> remove(call));
    }
  }

  /** Turns away what waits for {@code instance}, which is leaving. Any thread. */
  void turnAway(Instance<?, ?> instance) {
    control.run(() -> {
      for (ServedCall<?, ?> call = head; call != null; ) {
        ServedCall<?, ?> following = call.nextWaiting;
        if (call.instance() == instance) {
          remove(call);
          call.turnAway();
        }
        call = following;
      }
    });
  }

  private void enqueue(ServedCall<?, ?> call) {
    Admission admission = call.instance().admission();
    if (size >= admission.maxWaiting()) {
      call.reject(size);
      return;
    }
    append(call);
    // Since the sender looked, its caller may have given up, or a permit may have been freed.
    if (call.isAbandoned()) {
      remove(call);
    } else {
      grant();
    }
  }

  /** Hands free permits to the oldest calls whose instance has one. */
  private void grant() {
    for (ServedCall<?, ?> call = head; call != null; ) {
      ServedCall<?, ?> following = call.nextWaiting;
      if (call.instance().admission().tryAcquire()) {
        remove(call);
        call.lane.post(call);
      }
      call = following;
    }
  }

  private void append(ServedCall<?, ?> call) {
    long now = control.nanoTime();
    call.inQueue = true;
    call.waitingSince = now;
    control.arm(call, now + call.instance().admission().maxWaitNanos());
    ServedCall<?, ?> last = tail;
    call.previousWaiting = last;
    if (last == null) {
      head = call;
    } else {
      last.nextWaiting = call;
    }
    tail = call;
    size = size + 1;
  }

  /** Unlinks the call if it is still queued. Control lane only. */
  void remove(ServedCall<?, ?> call) {
    if (!call.inQueue) {
      return;
    }
    call.inQueue = false;
    control.disarm(call);
    ServedCall<?, ?> before = call.previousWaiting;
    ServedCall<?, ?> after = call.nextWaiting;
    if (before == null) {
      head = after;
    } else {
      before.nextWaiting = after;
    }
    if (after == null) {
      tail = before;
    } else {
      after.previousWaiting = before;
    }
    call.previousWaiting = null;
    call.nextWaiting = null;
    size = size - 1;
  }
}
