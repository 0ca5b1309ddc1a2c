package io.vertebra.messaging;

import io.vertx.core.json.JsonObject;
import java.time.Duration;

/**
 * Makes a call a second time, on another node or instance, if it takes longer than almost all others;
 * the first answer counts, the other call is cancelled (Dean and Barroso, The Tail at Scale, 2013). Only
 * for contracts that are read-only, which may be run twice anywhere. The delay is the quantile {@code 1 - budget} of how
 * long such calls took lately, found out anew every 3 s, so that about the budget is hedged; a hedge
 * never exceeds the budget, and none is made for 1 s after a refusal. Immutable.
 */
public final class Hedge {
  private static final double MOST = 0.2;
  private static final Hedge DEFAULTS = new Hedge(0.025, Duration.ofMillis(1));

  private final double budget;
  private final Duration shortest;

  private Hedge(double budget, Duration shortest) {
    if (!(budget > 0 && budget <= MOST)) {
      throw new IllegalArgumentException(
          "a hedging budget must be more than 0 and at most " + MOST + " of the calls: " + budget);
    }
    if (shortest.isNegative()) {
      throw new IllegalArgumentException("the shortest delay cannot be negative: " + shortest);
    }
    this.budget = budget;
    this.shortest = shortest;
  }

  /** A budget of 2.5% of the calls, after 1 ms at least. */
  public static Hedge defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static Hedge fromJson(JsonObject json) {
    return new Hedge(
        json.getDouble("budget", DEFAULTS.budget),
        Duration.ofNanos(json.getLong("shortestUs", DEFAULTS.shortest.toNanos() / 1000) * 1000));
  }

  /** {@code budget} and {@code shortestUs}. */
  public JsonObject toJson() {
    return new JsonObject().put("budget", budget).put("shortestUs", shortest.toNanos() / 1000);
  }

  /** The share of the calls that may be made twice, above 0, at most 0.2; default 0.025. */
  public Hedge withBudget(double share) {
    return new Hedge(share, shortest);
  }

  /** After how long a call is made again at the earliest; default 1 ms. */
  public Hedge withShortestDelay(Duration delay) {
    return new Hedge(budget, delay);
  }

  /** The share of the calls that may be made twice. */
  public double budget() {
    return budget;
  }

  /** After how long a call is made again at the earliest. */
  public Duration shortestDelay() {
    return shortest;
  }
}
