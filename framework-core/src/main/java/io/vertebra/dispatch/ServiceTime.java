package io.vertebra.dispatch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How long calls of one instance take: on its event loop, which decides how many of them may be on
 * their way there, and until they are answered. Written by the lane of the instance, read by any
 * thread. Handlers that are fast on the loop are measured now and then only, since reading the clock
 * takes as long as some of them.
 */
final class ServiceTime {
  /** Work that may pile up in front of an event loop. */
  private static final long WORK_ON_ITS_WAY = 2_000_000L;

  private static final int LEAST_WINDOW = 8;
  private static final int FIRST_WINDOW = 128;
  private static final long SLOW = 20_000L;
  private static final int EVERY = 16;
  private static final int WEIGHT = 8;
  private static final VarHandle LONGER;

  static {
    try {
      LONGER = MethodHandles.lookup().findVarHandle(ServiceTime.class, "longer", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Admission admission;
  private int started;
  private long onLoop;
  private long answered;

  @SuppressWarnings("unused") // through LONGER
  private long longer;

  ServiceTime(Admission admission) {
    this.admission = admission;
    admission.setWindow(Math.min(FIRST_WINDOW, admission.limit()));
  }

  /** Whether the time that the handler of a call takes on the loop is to be measured. Lane only. */
  boolean isDue() {
    return ++started < EVERY || onLoop > SLOW || started % EVERY == 0;
  }

  /** A handler has returned to its loop after that time. Lane only. */
  void ranOnLoop(long nanos) {
    onLoop = onLoop == 0 ? Math.max(1, nanos) : onLoop + (nanos - onLoop) / WEIGHT;
    long window = WORK_ON_ITS_WAY / Math.max(1, onLoop);
    admission.setWindow((int) Math.min(Math.max(window, LEAST_WINDOW), admission.limit()));
    publish();
  }

  /** A call was answered that time after its handler had started. Lane only. */
  void answeredAfter(long nanos) {
    answered = answered == 0 ? nanos : answered + (nanos - answered) / WEIGHT;
    publish();
  }

  private void publish() {
    LONGER.setOpaque(this, Math.max(onLoop, answered));
  }

  /** How long a call takes about; 0 if that is unknown. Any thread. */
  long nanos() {
    return (long) LONGER.getOpaque(this);
  }
}
