package io.vertebra.dispatch;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Where the calls of one handler run: on its event loop or elsewhere, but never in both places at once.
 * While it moves, what comes is held until all that runs in the old place has ended; then it goes on in
 * the order in which it came. Not safe for use by more than one thread; knows no clock.
 *
 * @param <T> a call
 */
final class Relocation<T> {
  private final Queue<T> held = new ArrayDeque<>();
  private Place place = Place.LOOP;
  private Place wanted = Place.LOOP;
  private int open;

  /** Where a call may run. */
  enum Place {
    /** On the event loop. */
    LOOP,
    /** On other threads, one call at a time. */
    ELSEWHERE
  }

  /** Whether all that comes runs on the loop at once. */
  boolean isAtHome() {
    return place == Place.LOOP && wanted == Place.LOOP && held.isEmpty();
  }

  /** Whether calls of the old place are waited for. */
  boolean isMoving() {
    return place != wanted;
  }

  /** Where calls run that have not ended. */
  Place place() {
    return place;
  }

  /** A call has come that runs now; only if {@link #isAtHome}. */
  void startedAtHome() {
    open++;
  }

  /** A call has come. Afterwards ask {@link #next}, which may answer it. */
  void arrived(T call) {
    held.add(call);
  }

  /** A call that runs has ended. Afterwards ask {@link #next}. */
  void ended() {
    open--;
    settle();
  }

  /** Calls are to run there from now on. Afterwards ask {@link #next}. */
  void move(Place to) {
    wanted = to;
    settle();
  }

  /** Gives up to move, since what runs in the old place does not end. Afterwards ask {@link #next}. */
  void stay() {
    wanted = place;
  }

  private void settle() {
    if (open == 0) {
      place = wanted;
    }
  }

  /** The next call that is to be started in {@link #place}, or null. */
  @Nullable
  T next() {
    T call = isMoving() ? null : held.poll();
    if (call != null) {
      open++;
    }
    return call;
  }
}
