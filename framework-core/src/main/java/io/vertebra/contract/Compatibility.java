package io.vertebra.contract;

import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What changed between two forms of a contract, and who can still talk to whom. */
public final class Compatibility {
  private final List<Difference> differences;

  private Compatibility(List<Difference> differences) {
    this.differences = differences;
  }

  /** Compares two forms of a contract, each as {@link Contract#toJson()} made it, here or on another node. */
  public static Compatibility between(JsonObject before, JsonObject after) {
    return new Compatibility(List.of());
  }

  /**
   * Why a caller or publisher with the first form cannot talk to a server or subscriber with the
   * second: the field at fault and what is wrong with it. Null if it can.
   */
  public static @Nullable String obstacle(JsonObject caller, JsonObject server) {
    return null;
  }

  /** Who can talk to whom. */
  public Verdict verdict() {
    return Verdict.FULL;
  }

  /** All differences, the harmless ones too. */
  public List<Difference> differences() {
    return differences;
  }

  /** Who can talk to whom. */
  public enum Verdict {
    /** Old and new understand each other. */
    FULL,
    /** Old callers and publishers can talk to new servers and subscribers. */
    BACKWARD,
    /** New callers and publishers can talk to old servers and subscribers. */
    FORWARD,
    /** Neither works. */
    NONE
  }

  /**
   * One difference.
   *
   * @param path the field, for instance {@code Reserve.lines[].price}
   * @param text what changed
   * @param breaksBackward whether an old caller fails at a new server
   * @param breaksForward whether a new caller fails at an old server
   */
  public record Difference(String path, String text, boolean breaksBackward, boolean breaksForward) {}
}
