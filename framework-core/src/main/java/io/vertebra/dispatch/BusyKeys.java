package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a contract which a node is busy with though they belong to other nodes.
 *
 * @param keys none if there are too many to say
 * @param isAny whether there are too many to say
 */
public record BusyKeys(List<String> keys, boolean isAny) {
  /** Asks a node for them. Every node answers on its link lane. */
  public static final Request<Wanted, BusyKeys> ASK =
      Request.of("vertebra.busy-keys", Wanted.class, BusyKeys.class);

  private static final int MOST_CHARACTERS = 8192;

  /**
   * Asks for keys which the node does not own.
   *
   * @param contract id of the contract
   * @param nodes that own the contract's keys now
   */
  public record Wanted(String contract, List<String> nodes) {}

  static BusyKeys of(Collection<String> keys) {
    int characters = keys.stream().mapToInt(String::length).sum();
    return characters > MOST_CHARACTERS
        ? new BusyKeys(List.of(), true)
        : new BusyKeys(List.copyOf(keys), false);
  }

  /** The keys, or null if it may be any. */
  @Nullable
  Set<String> toSet() {
    return isAny ? null : Set.copyOf(keys);
  }
}
