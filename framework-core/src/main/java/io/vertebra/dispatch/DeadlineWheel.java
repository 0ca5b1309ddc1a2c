package io.vertebra.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * A hashed timing wheel (Varghese and Lauck, 1987) of {@value #SLOTS} slots of 8.4 ms, without a
 * clock of its own. Arming and disarming are O(1) and allocate nothing. A deadline fires up to one
 * slot late, never early. It is tickless: {@link #nanosToNext} tells when to look again, so an idle
 * wheel costs nothing.
 *
 * <p>Confined to one thread.
 */
public final class DeadlineWheel {
  private static final int TICK_SHIFT = 23;
  private static final int SLOTS = 1024;
  private static final int FIRING = SLOTS;

  private final @Nullable Timed[] heads = new Timed[SLOTS + 1];
  private final long[] occupied = new long[SLOTS / 64];
  private final long origin;
  private long currentTick;

  /** A wheel whose time begins at {@code nowNanos}. */
  public DeadlineWheel(long nowNanos) {
    this.origin = nowNanos;
  }

  /** Links {@code timed} in; it must not be armed anywhere. A deadline in the past fires with the next slot. */
  public void arm(Timed timed, long deadlineNanos) {
    long tick = (deadlineNanos - origin + (1L << TICK_SHIFT) - 1) >> TICK_SHIFT;
    timed.tick = Math.max(tick, currentTick + 1);
    link(timed, (int) (timed.tick & (SLOTS - 1)));
  }

  /** Unlinks {@code timed} if it is armed. */
  public void disarm(Timed timed) {
    if (timed.slot != Timed.NOT_ARMED) {
      unlink(timed);
    }
  }

  /**
   * Fires everything that is due at {@code nowNanos}. What fires may arm and disarm freely. If
   * something throws, the rest is due at once.
   */
  public void advance(long nowNanos) {
    long nowTick = (nowNanos - origin) >> TICK_SHIFT;
    if (nowTick > currentTick) {
      collect(nowTick);
    }
    for (Timed due = heads[FIRING]; due != null; due = heads[FIRING]) {
      unlink(due);
      due.onDeadline(nowNanos);
    }
  }

  private void collect(long nowTick) {
    long from = Math.max(currentTick + 1, nowTick - SLOTS + 1);
    for (long tick = from; tick <= nowTick; tick++) {
      collectDue((int) (tick & (SLOTS - 1)), nowTick);
    }
    currentTick = nowTick;
  }

  /** Nanoseconds until the next slot that holds something, 0 if it is already due, or -1 if the wheel is empty. */
  public long nanosToNext(long nowNanos) {
    if (heads[FIRING] != null) {
      return 0;
    }
    for (long tick = currentTick + 1; tick <= currentTick + SLOTS; ) {
      int slot = (int) (tick & (SLOTS - 1));
      long word = occupied[slot >> 6] >>> (slot & 63);
      if (word != 0) {
        long due = origin + ((tick + Long.numberOfTrailingZeros(word)) << TICK_SHIFT);
        return Math.max(0, due - nowNanos);
      }
      tick += 64 - (slot & 63);
    }
    return -1;
  }

  private void collectDue(int slot, long nowTick) {
    Timed timed = heads[slot];
    while (timed != null) {
      Timed following = timed.next;
      if (timed.tick <= nowTick) {
        unlink(timed);
        link(timed, FIRING);
      }
      timed = following;
    }
  }

  private void link(Timed timed, int slot) {
    Timed head = heads[slot];
    timed.slot = slot;
    timed.previous = null;
    timed.next = head;
    if (head != null) {
      head.previous = timed;
    } else if (slot != FIRING) {
      occupied[slot >> 6] |= 1L << (slot & 63);
    }
    heads[slot] = timed;
  }

  private void unlink(Timed timed) {
    Timed before = timed.previous;
    Timed after = timed.next;
    int slot = timed.slot;
    if (after != null) {
      after.previous = before;
    }
    if (before != null) {
      before.next = after;
    } else {
      heads[slot] = after;
      if (after == null && slot != FIRING) {
        occupied[slot >> 6] &= ~(1L << (slot & 63));
      }
    }
    timed.previous = null;
    timed.next = null;
    timed.slot = Timed.NOT_ARMED;
  }
}
