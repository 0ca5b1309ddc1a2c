package io.vertebra.saga;

import java.util.Arrays;

/** Which answer each command of an instance has had, as a hash; immutable. */
final class Heard {
  private final int[] hashes;

  private Heard(int[] hashes) {
    this.hashes = hashes;
  }

  static Heard nothing(int steps) {
    return new Heard(new int[2 * steps]);
  }

  private static int slot(int step, boolean undo) {
    return 2 * step + (undo ? 1 : 0);
  }

  private static int hash(Object answer) {
    int hash = 31 * answer.getClass().getName().hashCode() + answer.hashCode();
    return hash == 0 ? 1 : hash;
  }

  boolean isAny(int step, boolean undo) {
    return hashes[slot(step, undo)] != 0;
  }

  boolean isSame(int step, boolean undo, Object answer) {
    return hashes[slot(step, undo)] == hash(answer);
  }

  Heard with(int step, boolean undo, Object answer) {
    int[] copy = Arrays.copyOf(hashes, hashes.length);
    copy[slot(step, undo)] = hash(answer);
    return new Heard(copy);
  }
}
