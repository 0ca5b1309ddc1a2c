package io.vertebra.test.fault;

/**
 * Where a fault is to strike; immutable. Without a change it strikes everything that comes there, until
 * it is {@linkplain Fault#end ended}.
 *
 * @param <T> itself
 */
public abstract class Aimed<T extends Aimed<T>> {
  final Faults faults;
  final Aim aim;

  Aimed(Faults faults, Aim aim) {
    this.faults = faults;
    this.aim = aim;
  }

  abstract T with(Aim changed);

  /** Strikes at most so often. */
  public T times(int times) {
    return with(aim.times(times));
  }

  /** Lets the first ones pass unharmed. */
  public T skipping(int first) {
    return with(aim.skipping(first));
  }

  /** Strikes with this probability, 0 to 1; which ones follows from the seed. */
  public T withChance(double probability) {
    return with(aim.withChance(probability));
  }
}
