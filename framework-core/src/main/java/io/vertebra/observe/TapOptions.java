package io.vertebra.observe;

import io.vertebra.contract.Request;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;

/** Which calls a tap sees. Immutable; {@code withX} returns a copy. */
public final class TapOptions {
  private static final TapOptions EVERYTHING = new TapOptions(List.of(), 1, false, 1024);

  private final List<String> contracts;
  private final int oneIn;
  private final boolean bodies;
  private final int buffer;

  private TapOptions(List<String> contracts, int oneIn, boolean bodies, int buffer) {
    if (oneIn < 1) {
      throw new IllegalArgumentException("oneIn must be at least 1: " + oneIn);
    }
    if (buffer < 1) {
      throw new IllegalArgumentException("buffer must hold at least 1 record: " + buffer);
    }
    this.contracts = List.copyOf(contracts);
    this.oneIn = oneIn;
    this.bodies = bodies;
    this.buffer = buffer;
  }

  /** Every call of every contract, without bodies. */
  public static TapOptions everything() {
    return EVERYTHING;
  }

  /** Every call of these contracts, without bodies. */
  public static TapOptions of(Request<?, ?>... contracts) {
    if (contracts.length == 0) {
      throw new IllegalArgumentException("a tap of no contracts sees nothing");
    }
    return new TapOptions(Arrays.stream(contracts).map(Request::id).toList(), 1, false, 1024);
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static TapOptions fromJson(JsonObject json) {
    return new TapOptions(
        json.getJsonArray("contracts", new JsonArray()).stream()
            .map(String::valueOf)
            .toList(),
        json.getInteger("oneIn", EVERYTHING.oneIn),
        json.getBoolean("bodies", EVERYTHING.bodies),
        json.getInteger("buffer", EVERYTHING.buffer));
  }

  /** {@code contracts} (none for all), {@code oneIn}, {@code bodies} and {@code buffer}. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("contracts", new JsonArray(contracts))
        .put("oneIn", oneIn)
        .put("bodies", bodies)
        .put("buffer", buffer);
  }

  /** Only one conversation in so many, but all calls of that on every node; default 1, all. */
  public TapOptions withOneIn(int conversations) {
    return new TapOptions(contracts, conversations, bodies, buffer);
  }

  /** Whether messages are wanted too. Only nodes with {@code NodeOptions.withTappedBodies(true)} show theirs. Default false. */
  public TapOptions withBodies(boolean wanted) {
    return new TapOptions(contracts, oneIn, wanted, buffer);
  }

  /** Records that may wait for the handler; more are dropped and counted. Default 1024. */
  public TapOptions withBuffer(int records) {
    return new TapOptions(contracts, oneIn, bodies, records);
  }

  /** Ids of the contracts, empty for all. */
  public List<String> contracts() {
    return contracts;
  }

  /** One conversation in so many. */
  public int oneIn() {
    return oneIn;
  }

  /** Whether messages are wanted too. */
  public boolean hasBodies() {
    return bodies;
  }

  /** Records that may wait for the handler. */
  public int buffer() {
    return buffer;
  }
}
