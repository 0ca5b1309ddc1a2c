package io.vertebra.limit;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What has held up event loops, by contract, cause and place. Written by one thread, read by any. */
final class StallTable {
  private static final int MOST = 1_000;
  private static final long QUIET = 60_000_000_000L;

  private final Map<Key, Stall> stalls = new ConcurrentHashMap<>();
  private final Map<Key, Long> loggedAt = new ConcurrentHashMap<>();

  /** What counts as the same stall. */
  record Key(String contract, String verticle, StallCause cause, String where) {}

  /** A stall has begun. */
  void began(Key key, StallSample sample) {
    if (stalls.size() < MOST || stalls.containsKey(key)) {
      stalls.merge(
          key,
          new Stall(key.contract, key.verticle, key.cause, sample.where(), 1, 0, 0),
          (before, fresh) -> new Stall(
              before.contract(),
              before.verticle(),
              before.cause(),
              fresh.where(),
              before.count() + 1,
              before.totalMillis(),
              before.longestMillis()));
    }
  }

  /** Whether it is worth a line in the log, which it is once a minute. */
  boolean isDue(Key key, long now) {
    Long last = loggedAt.get(key);
    boolean due = last == null ? loggedAt.size() < MOST : now - last >= QUIET;
    if (due) {
      loggedAt.put(key, now);
    }
    return due;
  }

  /** A stall is over. */
  void ended(Key key, long nanos) {
    long millis = nanos / 1_000_000;
    stalls.computeIfPresent(
        key,
        (same, before) -> new Stall(
            before.contract(),
            before.verticle(),
            before.cause(),
            before.where(),
            before.count(),
            before.totalMillis() + millis,
            Math.max(before.longestMillis(), millis)));
  }

  /** The costliest first. */
  List<Stall> all() {
    return stalls.values().stream()
        .sorted(Comparator.comparingLong(Stall::totalMillis)
            .thenComparingLong(Stall::count)
            .reversed())
        .toList();
  }
}
