package io.vertebra.saga;

import java.util.HashSet;
import java.util.Set;

/**
 * Keeps an owner from taking a row for news that was read before its own last write. Such a row can
 * only be of an instance that has ended or was let go since the read began.
 */
final class Reads {
  private final Set<Entry.Key> endedMeanwhile = new HashSet<>();
  private int underWay;
  private boolean outdated;

  void begin() {
    underWay++;
  }

  /** Whether what is read, or would be, is of use. */
  boolean isCurrent() {
    return !outdated;
  }

  /** The rows of a read are dealt with, or it failed. */
  void done() {
    if (--underWay == 0) {
      endedMeanwhile.clear();
      outdated = false;
    }
  }

  /** An instance is not looked after any more. */
  void ended(Entry.Key key) {
    if (underWay > 0) {
      endedMeanwhile.add(key);
    }
  }

  /** A partition was lost: somebody else may write what these reads do not show. */
  void outdate() {
    outdated = underWay > 0;
  }

  /** Whether a row of this instance may be older than what was written here. */
  boolean mayBeOld(Entry.Key key) {
    return endedMeanwhile.contains(key);
  }
}
