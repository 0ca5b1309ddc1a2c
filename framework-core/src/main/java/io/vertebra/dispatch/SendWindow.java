package io.vertebra.dispatch;

/**
 * How many messages a writer may have under way. It grows by one for every window full of replies and
 * is halved by a refusal, as TCP's congestion window (RFC 5681) in congestion avoidance; what was sent
 * before it was halved does not halve it again. Knows no clock; belongs to one thread.
 */
final class SendWindow {
  static final int FIRST = 64;
  static final int MOST = 1024;

  private int size = FIRST;
  private int repliesSinceGrown;
  private long sent;
  private long halvedAt;

  int size() {
    return size;
  }

  /** Whether no smaller window is possible. */
  boolean isSmallest() {
    return size == 1;
  }

  /** A message goes; answers its number. */
  long send() {
    return ++sent;
  }

  /** A message was taken while so many were under way. */
  void taken(int underWay) {
    if (underWay >= size && size < MOST && ++repliesSinceGrown >= size) {
      repliesSinceGrown = 0;
      size++;
    }
  }

  /** The message with this number was refused. */
  void refused(long number) {
    if (number > halvedAt) {
      halvedAt = sent;
      repliesSinceGrown = 0;
      size = Math.max(1, size / 2);
    }
  }
}
