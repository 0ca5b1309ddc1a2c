package io.vertebra.limit;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Whether and how a node looks for handlers that hold up an event loop. Immutable; {@code withX} returns a copy. */
public final class StallOptions {
  private static final Duration SHORTEST = Duration.ofMillis(5);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final StallOptions DEFAULTS =
      new StallOptions(true, Duration.ofMillis(10), Reaction.WARN, Map.of());

  private final boolean enabled;
  private final Duration threshold;
  private final Reaction reaction;
  private final Map<String, Reaction> reactions;

  /** What happens to a contract whose handlers hold up event loops. */
  public enum Reaction {
    /** It is counted and told, and logged once it has lasted for 100 ms. */
    WARN,
    /**
     * Besides, a contract that did so for more than 100 ms lately runs one call at a time until it has
     * behaved for 10 s.
     */
    SHED,
    /**
     * Besides, a contract that did so for more than 100 ms lately and is served {@link
     * io.vertebra.Serving#relocatable()} runs off its event loop, still one call at a time, until it has
     * behaved for 10 minutes. A node moves one contract a minute; others are treated as with {@link #SHED}.
     */
    RELOCATE
  }

  private StallOptions(
      boolean enabled, Duration threshold, Reaction reaction, Map<String, Reaction> reactions) {
    if (threshold.compareTo(SHORTEST) < 0 || threshold.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "a stall takes at least 5 ms, which is as exact as it is seen, and at most 1 hour: "
              + threshold);
    }
    this.enabled = enabled;
    this.threshold = threshold;
    this.reaction = reaction;
    this.reactions = reactions;
  }

  /** Stalls of 10 ms and more are counted and told, those of 100 ms and more are logged. */
  public static StallOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static StallOptions fromJson(JsonObject json) {
    Map<String, Reaction> reactions = new TreeMap<>();
    for (Map.Entry<String, Object> each : json.getJsonObject("reactions", new JsonObject())) {
      reactions.put(each.getKey(), reaction(String.valueOf(each.getValue())));
    }
    return new StallOptions(
        json.getBoolean("enabled", DEFAULTS.enabled),
        Duration.ofMillis(json.getLong("thresholdMs", DEFAULTS.threshold.toMillis())),
        reaction(json.getString("reaction", DEFAULTS.reaction.name())),
        Map.copyOf(reactions));
  }

  private static Reaction reaction(String name) {
    return Reaction.valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** {@code enabled}, {@code thresholdMs}, {@code reaction} and, if there are any, {@code reactions} by contract. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject()
        .put("enabled", enabled)
        .put("thresholdMs", threshold.toMillis())
        .put("reaction", reaction.name());
    JsonObject byContract = new JsonObject();
    new TreeMap<>(reactions).forEach((contract, each) -> byContract.put(contract, each.name()));
    return byContract.isEmpty() ? json : json.put("reactions", byContract);
  }

  /** Whether stalls are looked for; default true. It costs a thread that wakes up each 2 ms while there is work. */
  public StallOptions withEnabled(boolean enabled) {
    return new StallOptions(enabled, threshold, reaction, reactions);
  }

  /** From when on a handler counts as holding up its loop; default 10 ms, at least 5 ms. */
  public StallOptions withThreshold(Duration threshold) {
    return new StallOptions(enabled, threshold, reaction, reactions);
  }

  /** What happens to contracts that have no reaction of their own; default {@link Reaction#WARN}. */
  public StallOptions withReaction(Reaction reaction) {
    return new StallOptions(enabled, threshold, Objects.requireNonNull(reaction), reactions);
  }

  /** What happens to the contract of that id; default what happens to all. */
  public StallOptions withReaction(String contract, Reaction reaction) {
    Map<String, Reaction> more = new TreeMap<>(reactions);
    more.put(contract, Objects.requireNonNull(reaction));
    return new StallOptions(enabled, threshold, this.reaction, Map.copyOf(more));
  }

  /** Whether stalls are looked for. */
  public boolean isEnabled() {
    return enabled;
  }

  /** From when on a handler counts as holding up its loop. */
  public Duration threshold() {
    return threshold;
  }

  /** What happens to contracts that have no reaction of their own. */
  public Reaction reaction() {
    return reaction;
  }

  /** What happens to the contract of that id. */
  public Reaction reactionTo(String contract) {
    return reactions.getOrDefault(contract, reaction);
  }
}
