package io.vertebra.test.fault;

/**
 * Which of those that come by a fault strikes.
 *
 * @param skipped how many pass unharmed first
 * @param most how many it strikes
 * @param chance that it strikes one, 0 to 1
 */
record Aim(int skipped, int most, double chance) {
  static final Aim ALL = new Aim(0, Integer.MAX_VALUE, 1);

  Aim {
    if (skipped < 0 || most < 1 || !(chance >= 0 && chance <= 1)) {
      throw new IllegalArgumentException(
          "a fault skips 0 or more, strikes 1 or more times, with a chance between 0 and 1: "
              + skipped + ", " + most + ", " + chance);
    }
  }

  Aim skipping(int first) {
    return new Aim(first, most, chance);
  }

  Aim times(int times) {
    return new Aim(skipped, times, chance);
  }

  Aim withChance(double probability) {
    return new Aim(skipped, most, probability);
  }
}
