package io.vertebra.link;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What may wait on this node until the link to another can take it. Bounds bytes and, since each frame
 * counts some for what is kept beside it, frames. Safe for use by any thread.
 */
final class Room {
  private static final int BESIDE_FRAME = 256;

  private final long capacity;
  private final AtomicLong used = new AtomicLong();

  Room(long capacity) {
    this.capacity = capacity;
  }

  /** Takes room for a frame, or returns false if there is none; a frame larger than all the room gets it when it is empty. */
  boolean tryTake(int bytes) {
    long cost = (long) bytes + BESIDE_FRAME;
    while (true) {
      long now = used.get();
      if (now != 0 && now + cost > capacity) {
        return false;
      }
      if (used.compareAndSet(now, now + cost)) {
        return true;
      }
    }
  }

  /** Gives back what a frame took. */
  void giveBack(int bytes) {
    used.addAndGet(-((long) bytes + BESIDE_FRAME));
  }

  long used() {
    return used.get();
  }
}
