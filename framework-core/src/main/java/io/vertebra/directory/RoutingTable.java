package io.vertebra.directory;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that serve one contract, by ascending node id. Immutable, so that it can be published
 * to the threads of callers.
 */
public final class RoutingTable {
  private static final Route[] NONE = {};

  private final long contractId;
  private final List<Route> routes;
  private final Route[] ready;

  RoutingTable(long contractId, List<Route> routes) {
    this.contractId = contractId;
    this.routes = List.copyOf(routes);
    this.ready = this.routes.stream().filter(Route::isReady).toArray(Route[]::new);
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
  public List<Route> routes() {
    return routes;
  }

  /** The nodes that calls may go to. */
  public List<Route> ready() {
    return List.of(ready);
  }

  /** Whether no call can go anywhere. */
  public boolean hasNobodyReady() {
    return ready.length == 0;
  }

  /** The same table with only those nodes that fit, for instance by their fingerprint. */
  public RoutingTable only(Predicate<Route> fits) {
    return new RoutingTable(contractId, routes.stream().filter(fits).toList());
  }

  /**
   * The better by load of two nodes drawn at random (Mitzenmacher, "The Power of Two Choices",
   * 2001), or null if none is ready. Loads count per handler instance.
   *
   * @param random 64 fresh random bits
   */
  public @Nullable Route pick(long random) {
    return pick(ready, ready.length, random);
  }

  /** As {@link #pick(long)}, but not the node that {@code except} leads to, which was tried. */
  public @Nullable Route pickOther(long random, Route except) {
    Route[] others = ready.length == 0 ? NONE : new Route[ready.length];
    int count = 0;
    for (Route each : ready) {
      if (!each.node().equals(except.node())) {
        others[count++] = each;
      }
    }
    return pick(others, count, random);
  }

  private static @Nullable Route pick(Route[] from, int count, long random) {
    if (count <= 1) {
      return count == 0 ? null : from[0];
    }
    int first = (int) (((random >>> 32) * count) >>> 32);
    int second = (int) (((random & 0xffff_ffffL) * (count - 1)) >>> 32);
    Route one = from[first];
    Route other = from[second < first ? second : second + 1];
    long loadOfOne = (long) one.load().current() * other.served().instances();
    long loadOfOther = (long) other.load().current() * one.served().instances();
    return loadOfOther < loadOfOne ? other : one;
  }

  /** The node that owns the key now, or null if none is ready. */
  public @Nullable Route owner(long keyHash) {
    return best(keyHash, true);
  }

  /**
   * The node that owned the key and may still be busy with it: it is leaving or silent. Null if the
   * owner is ready. A sender that must not overtake it holds messages for the key until this table
   * changes.
   */
  public @Nullable Route formerOwner(long keyHash) {
    Route owner = best(keyHash, false);
    return owner == null || owner.isReady() ? null : owner;
  }

  private @Nullable Route best(long keyHash, boolean onlyReady) {
    Route best = null;
    long bestScore = 0;
    for (Route each : routes) {
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
