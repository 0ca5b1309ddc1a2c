package io.vertebra.directory;

import io.vertebra.directory.DirectoryMessage.Heartbeat;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Two to five nodes under everything that happens to nodes, followed by a time of quiet after which
 * they have to agree. All of it follows from the seed.
 */
final class Simulation {
  static final long MS = 1_000_000;

  /** What a judgement may be late by: the coarsest tick and the spread of random delays. */
  private static final long SLACK = 5 * MS;

  /** More than anything but an endless loop needs. */
  private static final int MOST_EVENTS = 100_000;

  private record Event(long at, long order, Runnable step) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
    }
  }

  final DirectoryOptions options = DirectoryOptions.defaults();
  final SplittableRandom random;
  final SimulatedNode[] nodes;
  final SimulatedNetwork network;
  final boolean isEncoding;
  final List<SimulatedCall> allCalls = new ArrayList<>();
  long now;

  private final long seed;
  private final boolean isTelling;
  private final @Nullable Set<String> seen;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private boolean isHarmless;
  private long scheduled;
  private long trace;

  private Simulation(long seed, boolean isTelling, @Nullable Set<String> seen) {
    this.seed = seed;
    this.seen = seen;
    this.isTelling = isTelling;
    this.random = new SplittableRandom(seed);
    this.now = random.nextLong(-1_000 * MS, 1_000 * MS);
    this.isEncoding = random.nextInt(16) == 0;
    this.nodes = new SimulatedNode[2 + Math.min(random.nextInt(4), random.nextInt(4))];
    this.network = new SimulatedNetwork(this, nodes.length);
  }

  /**
   * Runs one seed.
   *
   * @param isTelling whether to print what happens
   * @return a hash of all that happened
   * @throws AssertionError if a node did what it must not do; it names the seed
   */
  static long run(long seed, boolean isTelling) {
    return run(seed, isTelling, null);
  }

  /** As above; {@code seen} collects the names of all that happened. */
  static long run(long seed, boolean isTelling, @Nullable Set<String> seen) {
    Simulation simulation = new Simulation(seed, isTelling, seen);
    SimulatedTrouble trouble = new SimulatedTrouble(simulation);
    simulation.isHarmless = trouble.isHarmless() && simulation.network.isReliable();
    trouble.start();
    simulation.runUntil(trouble.endsAt());
    trouble.heal();
    simulation.runUntil(simulation.now + 2_500 * MS);
    simulation.checkAgreement();
    simulation.checkCalls();
    return simulation.trace;
  }

  static String nameOf(int node) {
    return NAMES[node];
  }

  private static final String[] NAMES = {"n0", "n1", "n2", "n3", "n4"};

  static int indexOf(String name) {
    return name.charAt(1) - '0';
  }

  /** Whether nothing ever happens that could make a node suspect another. */
  boolean isHarmless() {
    return isHarmless;
  }

  // Time.

  void at(long time, Runnable step) {
    events.add(new Event(time, ++scheduled, step));
  }

  void in(long nanos, Runnable step) {
    at(now + nanos, step);
  }

  private void runUntil(long end) {
    long mostEvents = scheduled + MOST_EVENTS;
    for (Event next = events.peek(); next != null && next.at() <= end; next = events.peek()) {
      events.remove();
      now = next.at();
      next.step().run();
      check(scheduled < mostEvents, nodes[0], "is in a cluster that spins", "");
    }
    now = end;
  }

  // What happens is hashed, and printed on demand.

  void note(String what, SimulatedNode node, long about) {
    trace =
        StableHash.mix(trace ^ now ^ (about << 20) ^ ((long) what.hashCode() << 32) ^ node.index);
    if (seen != null) {
      seen.add(what);
    }
    if (isTelling) {
      System.out.printf("%12.6f %s %s %d%n", now / 1e9, node, what, about);
    }
  }

  void noteMessage(SimulatedNode node, String peer, DirectoryMessage message) {
    trace = StableHash.mix(trace ^ now ^ message.sender().sequence());
    if (isTelling && !(message instanceof Heartbeat)) {
      System.out.printf("%12.6f %s sends to %s %s%n", now / 1e9, node, peer, message);
    }
  }

  SimulatedCall newCall(SimulatedNode caller, int target, long incarnation) {
    SimulatedCall call = new SimulatedCall(allCalls.size() + 1, caller, target, incarnation);
    allCalls.add(call);
    note("calls", caller, target);
    return call;
  }

  // What must hold.

  void check(boolean holds, SimulatedNode node, String otherwise, Object about) {
    if (!holds) {
      throw new AssertionError(
          String.format("seed %d: at %.6f s %s %s %s", seed, now / 1e9, node, otherwise, about));
    }
  }

  /** A node that fell silent is not routed to after 1.5 s, and has no calls after 2.5 s. */
  void expectGone(SimulatedNode silent) {
    long since = silent.downSince();
    in(network.worstDelay() + options.goneAfter() + SLACK, () -> {
      for (SimulatedNode each : nodes) {
        boolean isStillSilent =
            nodes[silent.index] == silent && silent.isDown() && silent.downSince() == since;
        if (each != silent && !each.isDown() && each.resumedAt() < since && isStillSilent) {
          check(
              !each.calls.hasPendingTo(silent),
              each,
              "after 2.5 s still has calls to the silent",
              silent);
        }
      }
    });
  }

  void checkNotFrozen(SimulatedNode caller, int target, long incarnation) {
    SimulatedNode callee = nodes[target];
    if (callee.isDown() && callee.incarnation == incarnation) {
      long since = Math.max(callee.downSince() + network.worstDelay(), caller.resumedAt());
      check(
          now - since <= options.suspectAfter() + SLACK,
          caller,
          "after 1.5 s still routes to the silent",
          callee);
    }
  }

  private void checkAgreement() {
    for (SimulatedNode each : nodes) {
      if (each.isDead()) {
        continue;
      }
      check(each.openChanges() == 0, each, "still waits to be acknowledged:", each.openChanges());
      for (SimulatedNode other : nodes) {
        Standing expected = other.isDead() ? Standing.UNKNOWN : Standing.USABLE;
        check(
            other == each || each.directory.standing(other.name) == expected,
            each,
            "does not know the standing of",
            other);
      }
      for (long contract = 1; contract <= SimulatedTrouble.CONTRACTS; contract++) {
        checkRoutes(each, contract);
      }
    }
  }

  private void checkRoutes(SimulatedNode node, long contract) {
    List<NodeRoute> routes = node.directory.routes(contract).ready();
    int count = 0;
    for (SimulatedNode each : nodes) {
      ServedContract served = each.serves.get(contract);
      if (!each.isDead() && each.state() == ServingState.READY && served != null) {
        NodeRoute route = count < routes.size() ? routes.get(count) : null;
        boolean isRight = route != null
            && route.node().equals(each.name)
            && route.incarnation() == each.incarnation
            && route.served().equals(served);
        check(isRight, node, "does not route to", each);
        count++;
      }
    }
    check(routes.size() == count, node, "has too many routes:", routes);
  }

  private void checkCalls() {
    for (SimulatedCall each : allCalls) {
      SimulatedNode caller = each.caller;
      check(
          each.ends == 1 || (caller.isDead() && each.ends == 0), caller, "did not end once:", each);
      check(each.runs <= 1, caller, "made a call that ran twice:", each);
      check(
          each.ends == 0 || each.mayHaveRun || each.runs == 0,
          caller,
          "was told that a call has not run which has:",
          each);
    }
    for (SimulatedNode each : nodes) {
      check(
          each.isDead() || each.calls.pending() == 0,
          each,
          "still has calls:",
          each.calls.pending());
    }
  }
}
