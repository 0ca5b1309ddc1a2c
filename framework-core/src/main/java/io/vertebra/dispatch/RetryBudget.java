package io.vertebra.dispatch;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many calls of a contract may be repeated: a tenth of the first attempts, and one a second, saved
 * up for at most 10 tokens (the ratio of Google's SRE book, the reserve of Finagle's budget). Safe for
 * use by any thread; knows no clock.
 */
final class RetryBudget {
  private static final long TOKEN = 1000;
  private static final long PER_CALL = 100;
  private static final long MOST = 10 * TOKEN;
  private static final long NANOS_PER_THOUSANDTH = 1_000_000L;

  private final AtomicLong thousandths = new AtomicLong(MOST);
  private final AtomicLong filledAt;

  RetryBudget(long now) {
    this.filledAt = new AtomicLong(now);
  }

  /** A call is made for the first time. */
  void called() {
    add(PER_CALL);
  }

  /** Whether a call may be made again, which is then counted. */
  boolean tryRetry(long now) {
    long last = filledAt.get();
    long reserve = (now - last) / NANOS_PER_THOUSANDTH;
    if (reserve > 0 && filledAt.compareAndSet(last, last + reserve * NANOS_PER_THOUSANDTH)) {
      add(Math.min(reserve, MOST));
    }
    while (true) {
      long left = thousandths.get();
      if (left < TOKEN) {
        return false;
      }
      if (thousandths.compareAndSet(left, left - TOKEN)) {
        return true;
      }
    }
  }

  private void add(long more) {
    while (true) {
      long before = thousandths.get();
      long after = Math.min(MOST, before + more);
      if (after == before || thousandths.compareAndSet(before, after)) {
        return;
      }
    }
  }
}
