package io.vertebra.dispatch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which node owns each key of a contract, and which nodes owned keys before and may still be busy
 * with them. Rendezvous hashing (Thaler and Ravishankar, 1998): each key goes to the node of highest
 * weight, so a node that comes or goes moves only its own keys. Immutable.
 */
final class KeyOwners {
  private static final Target[] NO_TARGETS = {};

  private final String here;
  private final boolean isServedHere;
  private final Target[] targets;
  private final int version;
  /** Nodes that owned keys by an earlier version. */
  private final Map<String, Former> former;
  /** Nodes that served all the while since the first of those versions. */
  private final Set<String> steady;

  /**
   * A node that owned keys before.
   *
   * @param node null if it is this one
   * @param busy the keys it no longer owns but is busy with, or null if it has not said
   */
  record Former(@Nullable Target node, @Nullable Set<String> busy) {
    boolean mayBeBusyWith(String key) {
      return busy == null || busy.contains(key);
    }
  }

  private KeyOwners(
      String here,
      boolean isServedHere,
      Target[] targets,
      int version,
      Map<String, Former> former,
      Set<String> steady) {
    this.here = here;
    this.isServedHere = isServedHere;
    this.targets = targets;
    this.version = version;
    this.former = former;
    this.steady = steady;
  }

  /** Nobody owns anything yet. */
  static KeyOwners nobody(String here) {
    return new KeyOwners(here, false, NO_TARGETS, 0, Map.of(), Set.of());
  }

  /** Other nodes from now on; the version is a new one if they are not the same. */
  KeyOwners among(Target[] others, boolean alsoHere) {
    KeyOwners next = new KeyOwners(here, alsoHere, others, version, former, steady);
    Set<String> before = nodes();
    Set<String> after = next.nodes();
    if (before.equals(after)) {
      return next;
    }
    Map<String, Former> owned = new HashMap<>();
    former.forEach((node, earlier) -> owned.put(node, new Former(earlier.node, null)));
    for (Target each : targets) {
      owned.put(each.node(), new Former(each, null));
    }
    if (isServedHere) {
      owned.put(here, new Former(null, null));
    }
    Set<String> stayed = new HashSet<>(former.isEmpty() ? before : steady);
    stayed.retainAll(after);
    return new KeyOwners(here, alsoHere, others, version + 1, owned, stayed);
  }

  /**
   * A former owner has said which keys it is busy with though it does not own them by {@code asked};
   * null for any, none if it is done.
   */
  KeyOwners answered(int asked, String node, @Nullable Set<String> busy) {
    Former known = former.get(node);
    if (asked != version || known == null) {
      return this;
    }
    Map<String, Former> left = new HashMap<>(former);
    if (busy != null && busy.isEmpty()) {
      left.remove(node);
    } else {
      left.put(node, new Former(known.node, busy));
    }
    return new KeyOwners(here, isServedHere, targets, version, left, steady);
  }

  /** The same without anybody who owned keys before. */
  KeyOwners forgetFormer() {
    return new KeyOwners(here, isServedHere, targets, version, Map.of(), Set.of());
  }

  /** Whether this node is among the owners. */
  boolean isServedHere() {
    return isServedHere;
  }

  /** The node that owns {@code key} but for the excluded one; null means this one, or that there is none. */
  @Nullable
  Target ownerOf(String key, @Nullable Target excluded) {
    return ownerOf(key, isServedHere ? here : null, targets, excluded);
  }

  /** As above, among {@code here} and {@code others}. */
  static @Nullable Target ownerOf(
      String key, @Nullable String here, Target[] others, @Nullable Target excluded) {
    Target owner = null;
    boolean isFound = here != null;
    long best = here == null ? 0 : weight(key, here);
    for (Target candidate : others) {
      if (excluded == null || !candidate.node().equals(excluded.node())) {
        long weight = weight(key, candidate.node());
        if (!isFound || weight > best) {
          owner = candidate;
          best = weight;
          isFound = true;
        }
      }
    }
    return owner;
  }

  /** Whether {@code node} owns the key among {@code nodes}. */
  static boolean isOwner(String node, String key, Iterable<String> nodes) {
    long own = weight(key, node);
    boolean isAmong = false;
    for (String each : nodes) {
      isAmong |= each.equals(node);
      if (weight(key, each) > own) {
        return false;
      }
    }
    return isAmong;
  }

  /**
   * Whether a node that owned the key before may still be busy with it. Whoever owned it outweighed
   * the nodes that have been there all the while.
   */
  boolean isHeldUp(String key) {
    if (former.isEmpty()) {
      return false;
    }
    Target owner = ownerOf(key, null);
    String owning = owner == null ? here : owner.node();
    long least = Long.MIN_VALUE;
    for (String each : steady) {
      least = Math.max(least, weight(key, each));
    }
    for (Map.Entry<String, Former> each : former.entrySet()) {
      String node = each.getKey();
      if (!node.equals(owning)
          && each.getValue().mayBeBusyWith(key)
          && weight(key, node) >= least) {
        return true;
      }
    }
    return false;
  }

  private static long weight(String key, String node) {
    long hash = key.hashCode() * 0x9E3779B97F4A7C15L ^ node.hashCode() * 0xC2B2AE3D27D4EB4FL;
    hash ^= hash >>> 32;
    hash *= 0xD6E8FEB86659FD93L;
    hash ^= hash >>> 32;
    hash *= 0xD6E8FEB86659FD93L;
    return hash ^ hash >>> 32;
  }

  /** The nodes that own keys. */
  Set<String> nodes() {
    Set<String> nodes = new HashSet<>();
    for (Target each : targets) {
      nodes.add(each.node());
    }
    if (isServedHere) {
      nodes.add(here);
    }
    return nodes;
  }

  /** The other nodes that serve the contract. */
  Target[] targets() {
    return targets;
  }

  /** Grows with each change of the nodes. */
  int version() {
    return version;
  }

  /** The nodes that owned keys before and have not said that they are done. */
  Map<String, Former> former() {
    return former;
  }
}
