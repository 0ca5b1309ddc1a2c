package io.vertebra.directory;

import java.time.Duration;

/**
 * The constants of the directory protocol; times are in nanoseconds.
 *
 * @param heartbeatEvery how often each peer is told that this node is alive; default 500 ms
 * @param suspectAfter silence after which a peer is not routed to; default 1.5 s
 * @param goneAfter silence after which a peer's calls fail; default 2.5 s
 * @param pausedAfter a gap between ticks that shows that this node itself was paused; default 1 s
 * @param changesWithin changes of the own descriptor within this time go out together; default 10 ms
 * @param pullAgainAfter how long an answer to a pull is awaited before asking again; default 100 ms
 * @param acknowledgeWithin how long a live peer is waited for to take a change; default 5 s
 * @param rememberCancelsFor how long a cancel of an unknown call is remembered; default 1 s
 * @param mostCancels how many such cancels are remembered of each peer, a count; default 256
 */
public record DirectoryOptions(
    long heartbeatEvery,
    long suspectAfter,
    long goneAfter,
    long pausedAfter,
    long changesWithin,
    long pullAgainAfter,
    long acknowledgeWithin,
    long rememberCancelsFor,
    int mostCancels) {
  private static final DirectoryOptions DEFAULTS = new DirectoryOptions(
      millis(500),
      millis(1_500),
      millis(2_500),
      millis(1_000),
      millis(10),
      millis(100),
      millis(5_000),
      millis(1_000),
      256);

  public DirectoryOptions {
    if (heartbeatEvery <= 0
        || changesWithin < 0
        || pullAgainAfter < 0
        || acknowledgeWithin <= 0
        || rememberCancelsFor < 0
        || mostCancels < 1) {
      throw new IllegalArgumentException("a time or count is negative or zero");
    }
    if (suspectAfter <= heartbeatEvery
        || goneAfter <= suspectAfter
        || pausedAfter <= heartbeatEvery) {
      throw new IllegalArgumentException(
          "times must be ordered: heartbeatEvery < suspectAfter < goneAfter, heartbeatEvery < pausedAfter");
    }
  }

  /** The defaults named above. */
  public static DirectoryOptions defaults() {
    return DEFAULTS;
  }

  /** Other times of liveness; they have to ascend. */
  public DirectoryOptions withLiveness(
      Duration heartbeatEvery, Duration suspectAfter, Duration goneAfter) {
    return new DirectoryOptions(
        heartbeatEvery.toNanos(),
        suspectAfter.toNanos(),
        goneAfter.toNanos(),
        Math.max(pausedAfter, 2 * heartbeatEvery.toNanos()),
        changesWithin,
        pullAgainAfter,
        acknowledgeWithin,
        rememberCancelsFor,
        mostCancels);
  }

  /** Another time in which changes are collected. */
  public DirectoryOptions withChangesWithin(Duration time) {
    return new DirectoryOptions(
        heartbeatEvery,
        suspectAfter,
        goneAfter,
        pausedAfter,
        time.toNanos(),
        pullAgainAfter,
        acknowledgeWithin,
        rememberCancelsFor,
        mostCancels);
  }

  /** Another time to wait for acknowledgements. */
  public DirectoryOptions withAcknowledgeWithin(Duration time) {
    return new DirectoryOptions(
        heartbeatEvery,
        suspectAfter,
        goneAfter,
        pausedAfter,
        changesWithin,
        pullAgainAfter,
        time.toNanos(),
        rememberCancelsFor,
        mostCancels);
  }

  private static long millis(long count) {
    return count * 1_000_000;
  }
}
