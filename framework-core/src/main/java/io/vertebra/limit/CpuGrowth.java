package io.vertebra.limit;

/**
 * Whether the CPU pool may use the core that is kept for event loops: after a second in which 99 of 100
 * looks found that an event loop had come round within 1 ms, until one finds that it took more than
 * 5 ms. Belongs to one thread; knows no clock.
 */
final class CpuGrowth {
  static final long CALM = 1_000_000L;
  static final long LATE = 5_000_000L;
  static final long SPAN = 1_000_000_000L;
  /** As many looks as there are at idle loops within a second; fewer say nothing. */
  private static final int FEW = 10;

  private long spanSince;
  private int looks;
  private int slow;
  private boolean grown;

  CpuGrowth(long now) {
    this.spanSince = now;
  }

  /** An event loop took that long to come round, or has not come round for so long; whether the pool may be larger now. */
  boolean lag(long nanos, long now) {
    looks++;
    slow += nanos >= CALM ? 1 : 0;
    if (nanos > LATE) {
      grown = false;
      begin(now);
    } else if (now - spanSince >= SPAN) {
      grown = looks >= FEW && slow * 100 <= looks;
      begin(now);
    }
    return grown;
  }

  private void begin(long now) {
    spanSince = now;
    looks = 0;
    slow = 0;
  }
}
