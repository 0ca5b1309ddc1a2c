package io.vertebra.dispatch;

import io.vertebra.dispatch.FairQueue.Waiting;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the waitlist of one instance on the control lane. The size counts a call from before it is on
 * its way there until after it is on its way to the instance: as long as it is not 0 every later call
 * has to line up too, so none overtakes, and a freed permit is always noticed by one of both sides.
 */
final class WaitingQueue extends Timed implements Waitlist.Decisions<ServedCall<?, ?>> {
  private final Lane control;
  private final long maxWaitNanos;
  private final ServiceTime serviceTime;
  private final AtomicInteger size = new AtomicInteger();
  private final Waitlist<ServedCall<?, ?>> waitlist;
  private boolean timerSet;

  /** For one instance; {@code ordered} if its contract has keys. */
  WaitingQueue(Lane control, Admission admission, ServiceTime serviceTime, boolean ordered) {
    this.control = control;
    this.maxWaitNanos = admission.queue().maxWaitNanos();
    this.serviceTime = serviceTime;
    this.waitlist = new Waitlist<>(admission, ordered, this);
  }

  int size() {
    return size.get();
  }

  /** Lets {@code call} wait for a permit. Any thread. */
  void add(ServedCall<?, ?> call) {
    size.incrementAndGet();
    control.run(() -> enqueue(call));
  }

  /** A permit, or a place on the way to the loop, was given back. Any thread. */
  void permitFreed() {
    if (size.get() > 0) {
      control.post(() -> waitlist.grant(control.nanoTime()));
    }
  }

  /** The caller of a call that has not started has given up. Any thread. */
  void abandoned(ServedCall<?, ?> call) {
    if (size.get() > 0) {
      control.run(() -> {
        Waiting<ServedCall<?, ?>> waiting = call.waiting();
        if (waiting != null && waitlist.remove(waiting)) {
          size.decrementAndGet();
        }
      });
    }
  }

  /** Turns away all that waits, because the instance is leaving. Any thread. */
  void turnAwayAll() {
    control.run(() -> waitlist.clear(call -> {
      size.decrementAndGet();
      call.turnAway();
    }));
  }

  /** Adds the keys of all that waits. Control lane only. */
  void addKeysTo(Collection<String> keys) {
    waitlist.forEach(call -> {
      String key = call.envelope().key();
      if (key != null) {
        keys.add(key);
      }
    });
  }

  private void enqueue(ServedCall<?, ?> call) {
    if (call.isAbandoned()) {
      size.decrementAndGet();
      return;
    }
    long now = control.nanoTime();
    Envelope envelope = call.envelope();
    Waiting<ServedCall<?, ?>> waiting = waitlist.arrived(
        call,
        new Waitlist.Arrival(
            envelope.caller(),
            envelope.priority(),
            call.bodyBytes(),
            call.deadlineNanos() - now,
            serviceTime.nanos()),
        now);
    if (waiting != null) {
      call.waitsAs(waiting);
      if (!timerSet) {
        timerSet = true;
        control.arm(this, now + maxWaitNanos);
      }
    }
  }

  @Override
  public void start(ServedCall<?, ?> call) {
    // First, since once it is posted its caller may have the answer before this goes on.
    size.decrementAndGet();
    call.lane.post(call);
  }

  @Override
  public void turnAway(
      ServedCall<?, ?> call, Shed why, long waitedNanos, Shed.Rejection rejection) {
    size.decrementAndGet();
    call.shed(why, waitedNanos, rejection);
  }

  /** The oldest may have waited as long as the queue allows. */
  @Override
  protected void onDeadline(long nowNanos) {
    timerSet = false;
    long next = waitlist.expire(nowNanos);
    if (next != Long.MAX_VALUE) {
      timerSet = true;
      control.arm(this, next);
    }
  }
}
