package io.vertebra.test.fault;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is to become of operations of a store. Several changes that are written at once are struck
 * together, as one; only {@link #before} and {@link #after} come to each of them.
 */
public final class StoreFaults extends Aimed<StoreFaults> {
  private final FaultPoint point;

  StoreFaults(Faults faults, Aim aim, FaultPoint point) {
    super(faults, aim);
    this.point = point;
  }

  @Override
  StoreFaults with(Aim changed) {
    return new StoreFaults(faults, changed, point);
  }

  /** It fails, and is not done. */
  public Fault fail() {
    return order("failed", new StoreRule.Fail());
  }

  /** It is done, and fails: the answer was lost. */
  public Fault loseAnswer() {
    return order("answer lost", new StoreRule.LoseAnswer());
  }

  /** It is done later. */
  public Fault delay(Duration delay) {
    return order("delayed by " + delay, new StoreRule.Delay(Objects.requireNonNull(delay)));
  }

  /**
   * The process dies before it is done, as far as the store sees that: neither this operation nor any
   * later one of this face of the store is done, they all fail. Leases it has run out by themselves.
   */
  public Fault crashBefore() {
    return order("crashed before", new StoreRule.CrashBefore());
  }

  /** The process dies after it is done and before it knows; see {@link #crashBefore}. */
  public Fault crashAfter() {
    return order("crashed after", new StoreRule.CrashAfter());
  }

  /**
   * Runs an action before it is done, for processes that a test kills: to say that this point is
   * reached and stand still there, or to end the process with {@code Runtime.halt}.
   */
  public Fault before(Runnable action) {
    return order("stopped before", new StoreRule.Before(Objects.requireNonNull(action)));
  }

  /** Runs an action with the store's answer after it is done and before anybody else knows; see {@link #before}. */
  public Fault after(Consumer<@Nullable Object> action) {
    return order("stopped after", new StoreRule.After(Objects.requireNonNull(action)));
  }

  private Fault order(String what, StoreRule.Effect effect) {
    Fault fault = faults.order(point + " " + what, aim, () -> {});
    faults.add(new StoreRule(point, fault, effect));
    return fault;
  }
}
