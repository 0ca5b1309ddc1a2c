package io.vertebra.directory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** A few directories with a network that delivers at once, and a clock that the test moves. */
final class FewNodes {
  static final long MS = 1_000_000;

  private record InFlight(String to, DirectoryMessage message) {}

  /** One directory and what it wanted done. */
  final class Member implements DirectoryEffects {
    final Directory directory;
    final List<String> events = new ArrayList<>();
    final Map<Long, Set<String>> acknowledged = new TreeMap<>();
    boolean isFrozen;

    Member(String node, long incarnation) {
      directory = new Directory(node, incarnation, DirectoryOptions.defaults(), this, now);
    }

    @Override
    public void send(String peer, DirectoryMessage message) {
      if (passes.test(message)) {
        inFlight.add(new InFlight(peer, DirectoryMessage.decode(message.encode())));
      }
    }

    @Override
    public void routesChanged(RoutingTable routes) {
      events.add("routes of " + routes.contractId() + " " + ready(routes));
    }

    @Override
    public void peerUsable(String peer, long incarnation) {
      events.add("usable " + peer + "#" + incarnation);
    }

    @Override
    public void peerSuspect(String peer, long incarnation) {
      events.add("suspect " + peer + "#" + incarnation);
    }

    @Override
    public void peerGone(String peer, long incarnation, GoneReason reason) {
      events.add("gone " + peer + "#" + incarnation + " " + reason);
    }

    @Override
    public void tapsChanged(String peer, List<TapInterest> taps) {
      events.add("taps " + peer + " " + taps.size());
    }

    @Override
    public void acknowledged(long version, Set<String> without) {
      acknowledged.put(version, new TreeSet<>(without));
    }

    /** The nodes that a call of the contract may go to. */
    List<String> ready(long contractId) {
      return ready(directory.routes(contractId));
    }

    private static List<String> ready(RoutingTable routes) {
      return routes.ready().stream().map(NodeRoute::node).toList();
    }
  }

  private final Map<String, Member> members = new TreeMap<>();
  private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
  Predicate<DirectoryMessage> passes = message -> true;
  long now = -3 * MS;

  /** Starts a node that knows all others, and that they know. */
  Member start(String node, long incarnation) {
    Member member = new Member(node, incarnation);
    Member old = members.put(node, member);
    for (String each : members.keySet()) {
      member.directory.peerJoined(each, now);
      if (old == null) {
        members.get(each).directory.peerJoined(node, now);
      }
    }
    run(0);
    return member;
  }

  /** Ends a node without a word; nobody is told that it left. */
  void kill(String node) {
    members.remove(node);
  }

  /** Moves the clock by so many milliseconds; frozen nodes find everything when they wake up. */
  void run(long millis) {
    long until = now + millis * MS;
    deliver();
    while (true) {
      long next = until;
      for (Member each : members.values()) {
        long due = each.directory.nextTick();
        next = each.isFrozen || due - next > 0 ? next : due;
      }
      now = Math.max(now, next);
      for (Member each : members.values()) {
        if (!each.isFrozen && each.directory.nextTick() - now <= 0) {
          each.directory.tick(now);
        }
      }
      deliver();
      if (now >= until
          && members.values().stream()
              .allMatch(each -> each.isFrozen || each.directory.nextTick() > now)) {
        return;
      }
    }
  }

  private void deliver() {
    List<InFlight> kept = new ArrayList<>();
    while (true) {
      InFlight next = inFlight.poll();
      if (next == null) {
        break;
      }
      Member to = members.get(next.to());
      if (to != null && to.isFrozen) {
        kept.add(next);
      } else if (to != null) {
        to.directory.receive(next.message(), now);
      }
    }
    inFlight.addAll(kept);
  }

  static ServedContract contract(long id, int instances) {
    return new ServedContract(id, "contract-" + id, "fingerprint", instances, 0, false, false);
  }
}
