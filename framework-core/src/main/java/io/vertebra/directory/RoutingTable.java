package io.vertebra.directory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that serve one contract, by ascending node id. Immutable, so that it can be published
 * to the threads of callers.
 */
public final class RoutingTable {
  private static final NodeRoute[] NONE = {};

  private final long contractId;
  private final List<NodeRoute> routes;
  private final NodeRoute[] ready;

  RoutingTable(long contractId, List<NodeRoute> routes) {
    this.contractId = contractId;
    this.routes = List.copyOf(routes);
    List<NodeRoute> usable = new ArrayList<>(routes.size());
    for (NodeRoute each : this.routes) {
      if (each.isReady()) {
        usable.add(each);
      }
    }
    this.ready = usable.toArray(NONE);
  }

  /** A table without nodes. */
  public static RoutingTable empty(long contractId) {
    return new RoutingTable(contractId, List.of());
  }

  /** The contract. */
  public long contractId() {
    return contractId;
  }

  /** All nodes that serve it, also those that are not ready. */
  public List<NodeRoute> routes() {
    return routes;
  }

  /** The nodes that calls may go to. */
  public List<NodeRoute> ready() {
    return List.of(ready);
  }

  /** Whether no call can go anywhere. */
  public boolean hasNobodyReady() {
    return ready.length == 0;
  }

  /** The same table with only those nodes that fit, for instance by their fingerprint. */
  public RoutingTable only(Predicate<NodeRoute> fits) {
    return new RoutingTable(contractId, routes.stream().filter(fits).toList());
  }

  /**
   * The better by load of two nodes drawn at random (Mitzenmacher, "The Power of Two Choices",
   * 2001), or null if none is ready. Loads count per handler instance.
   *
   * @param random 64 fresh random bits
   */
  public @Nullable NodeRoute pick(long random) {
    return pick(ready, ready.length, random);
  }

  /** As {@link #pick(long)}, but not the node that {@code except} leads to, which was tried. */
  public @Nullable NodeRoute pickOther(long random, NodeRoute except) {
    NodeRoute[] others = ready.length == 0 ? NONE : new NodeRoute[ready.length];
    int count = 0;
    for (NodeRoute each : ready) {
      if (!each.node().equals(except.node())) {
        others[count++] = each;
      }
    }
    return pick(others, count, random);
  }

  private static @Nullable NodeRoute pick(NodeRoute[] from, int count, long random) {
    if (count <= 1) {
      return count == 0 ? null : from[0];
    }
    int first = (int) (((random >>> 32) * count) >>> 32);
    int second = (int) (((random & 0xffff_ffffL) * (count - 1)) >>> 32);
    NodeRoute one = from[first];
    NodeRoute other = from[second < first ? second : second + 1];
    long loadOfOne = (long) one.load().current() * other.served().instances();
    long loadOfOther = (long) other.load().current() * one.served().instances();
    return loadOfOther < loadOfOne ? other : one;
  }

  /** The node that owns the key now, or null if none is ready. */
  public @Nullable NodeRoute owner(long keyHash) {
    return best(keyHash, true);
  }

  /**
   * The node that owned the key and may still be busy with it: it is leaving or silent. Null if the
   * owner is ready. A sender that must not overtake it holds messages for the key until this table
   * changes.
   */
  public @Nullable NodeRoute formerOwner(long keyHash) {
    NodeRoute owner = best(keyHash, false);
    return owner == null || owner.isReady() ? null : owner;
  }

  private @Nullable NodeRoute best(long keyHash, boolean onlyReady) {
    NodeRoute best = null;
    long bestScore = 0;
    for (NodeRoute each : routes) {
      if (onlyReady && !each.isReady()) {
        continue;
      }
      long score = Rendezvous.score(keyHash, each.nodeHash());
      if (best == null || score > bestScore) {
        best = each;
        bestScore = score;
      }
    }
    return best;
  }

  @Override
  public String toString() {
    return "RoutingTable[" + Long.toHexString(contractId) + ", " + routes + "]";
  }
}
