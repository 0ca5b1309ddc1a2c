package io.vertebra.dispatch;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait for a permit of one instance, oldest first. The list is confined to the control
 * lane. The size counts a call from before it is on its way there until after it is on its way to the
 * instance: as long as it is not 0 every later call has to line up too, so none overtakes, and a freed
 * permit is always noticed by one of both sides.
 */
final class WaitingQueue {
  private final Lane control;
  private final Admission admission;
  private final AtomicInteger size = new AtomicInteger();
  private @Nullable ServedCall<?, ?> head;
  private @Nullable ServedCall<?, ?> tail;
  private int queued;

  WaitingQueue(Lane control, Admission admission) {
    this.control = control;
    this.admission = admission;
  }

  int size() {
    return size.get();
  }

  /** Lets {@code call} wait for a permit. Any thread. */
  void add(ServedCall<?, ?> call) {
    size.incrementAndGet();
    control.run(() -> enqueue(call));
  }

  /** A permit was given back. Any thread. */
  void permitFreed() {
    if (size.get() > 0) {
      control.post(this::grant);
    }
  }

  /** The caller of a call that has not started has given up. Any thread. */
  void abandoned(ServedCall<?, ?> call) {
    if (size.get() > 0) {
      control.run(() -> remove(call));
    }
  }

  /** Turns away all that waits, because the instance is leaving. Any thread. */
  void turnAwayAll() {
    control.run(() -> {
      for (ServedCall<?, ?> call = head; call != null; call = head) {
        remove(call);
        call.turnAway();
      }
    });
  }

  /** Adds the keys of all that waits. Control lane only. */
  void addKeysTo(Collection<String> keys) {
    for (ServedCall<?, ?> call = head; call != null; call = call.nextWaiting) {
      String key = call.envelope().key();
      if (key != null) {
        keys.add(key);
      }
    }
  }

  private void enqueue(ServedCall<?, ?> call) {
    if (call.isAbandoned()) {
      size.decrementAndGet();
    } else if (head == null && admission.tryAcquire()) {
      start(call);
    } else if (queued >= admission.maxWaiting()) {
      size.decrementAndGet();
      call.reject(queued);
    } else {
      append(call);
    }
  }

  private void grant() {
    for (ServedCall<?, ?> call = head; call != null && admission.tryAcquire(); call = head) {
      unlink(call);
      start(call);
    }
  }

  private void start(ServedCall<?, ?> call) {
    call.lane.post(call);
    size.decrementAndGet();
  }

  /** Unlinks the call if it is still queued. Control lane only. */
  void remove(ServedCall<?, ?> call) {
    if (call.inQueue) {
      unlink(call);
      size.decrementAndGet();
    }
  }

  private void append(ServedCall<?, ?> call) {
    long now = control.nanoTime();
    call.inQueue = true;
    call.waitingSince = now;
    control.arm(call, now + admission.maxWaitNanos());
    ServedCall<?, ?> last = tail;
    call.previousWaiting = last;
    if (last == null) {
      head = call;
    } else {
      last.nextWaiting = call;
    }
    tail = call;
    queued++;
  }

  private void unlink(ServedCall<?, ?> call) {
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
    queued--;
  }
}
