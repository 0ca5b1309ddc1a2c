package io.vertebra.directory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The versions of the own descriptor that members still have to take. */
final class AwaitedVersions {
  private static final class Awaited {
    final long version;
    final long until;
    final Set<Peer> missing;
    final Set<String> without = new TreeSet<>();

    Awaited(long version, long until, Set<Peer> missing) {
      this.version = version;
      this.until = until;
      this.missing = missing;
    }
  }

  private final ArrayDeque<Awaited> awaited = new ArrayDeque<>();
  private final DirectoryEffects effects;

  AwaitedVersions(DirectoryEffects effects) {
    this.effects = effects;
  }

  /** Waits for those of the peers that can be waited for; reports at once if there is none. */
  void await(long version, long until, Collection<Peer> peers) {
    Set<Peer> missing = new HashSet<>();
    for (Peer each : peers) {
      if (each.isAwaitable()) {
        missing.add(each);
      }
    }
    awaited.add(new Awaited(version, until, missing));
    report();
  }

  /** Looks again at a peer of which something new is known. */
  void reconsider(Peer peer) {
    if (awaited.isEmpty()) {
      return;
    }
    for (Awaited each : awaited) {
      if (peer.isAwaitable()) {
        if (peer.hasTaken(each.version)) {
          each.missing.remove(peer);
        }
      } else if (each.missing.remove(peer)) {
        each.without.add(peer.node);
      }
    }
    report();
  }

  /** Gives up what has waited for too long. */
  void expire(long now) {
    for (Awaited each : awaited) {
      if (each.until - now <= 0) {
        for (Peer peer : each.missing) {
          each.without.add(peer.node);
        }
        each.missing.clear();
      }
    }
    report();
  }

  /** When {@link #expire} has something to do, or {@code latest} if that comes first. */
  long nextExpiry(long latest) {
    long next = latest;
    for (Awaited each : awaited) {
      next = each.until - next < 0 ? each.until : next;
    }
    return next;
  }

  private void report() {
    List<Awaited> complete = new ArrayList<>(0);
    for (Iterator<Awaited> all = awaited.iterator(); all.hasNext(); ) {
      Awaited each = all.next();
      if (each.missing.isEmpty()) {
        all.remove();
        complete.add(each);
      }
    }
    for (Awaited each : complete) {
      effects.acknowledged(each.version, Set.copyOf(each.without));
    }
  }
}
