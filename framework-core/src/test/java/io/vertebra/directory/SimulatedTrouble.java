package io.vertebra.directory;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What happens to the nodes of a simulation, by chance. */
final class SimulatedTrouble {
  /** Contracts have the ids from 1 to this. */
  static final int CONTRACTS = 3;

  private static final long MS = Simulation.MS;

  private final Simulation simulation;
  private final SplittableRandom random;
  private final SimulatedNode[] nodes;
  private final long[][] membershipAt;
  private final List<SimulatedNode> replaced = new ArrayList<>();
  private final long endsAt;
  private final long pace;
  private final boolean hasCrashes;
  private final boolean hasPauses;
  private final boolean hasPartitions;
  private final boolean hasFlaps;
  private boolean isOver;

  SimulatedTrouble(Simulation simulation) {
    this.simulation = simulation;
    this.random = simulation.random;
    this.nodes = simulation.nodes;
    this.membershipAt = new long[nodes.length][nodes.length];
    long length =
        random.nextInt(4) == 0 ? random.nextLong(4_000, 9_000) : random.nextLong(500, 2_500);
    this.endsAt = simulation.now + length * MS;
    this.pace = length * MS / random.nextLong(10, 40);
    this.hasCrashes = random.nextInt(5) < 2;
    this.hasPauses = random.nextInt(5) < 2;
    this.hasPartitions = random.nextInt(3) == 0;
    this.hasFlaps = random.nextInt(3) == 0;
  }

  /** Whether nothing ever happens that could make a node suspect another. */
  boolean isHarmless() {
    return !hasCrashes && !hasPauses && !hasPartitions && !hasFlaps;
  }

  long endsAt() {
    return endsAt;
  }

  void start() {
    for (int i = 0; i < nodes.length; i++) {
      startNode(i, 1 + random.nextInt(3));
    }
    for (SimulatedNode each : nodes) {
      serveSomething(each);
    }
    next();
  }

  private void startNode(int index, long incarnation) {
    SimulatedNode node = new SimulatedNode(simulation, index, incarnation);
    nodes[index] = node;
    simulation.note("starts", node, 0);
    for (int other = 0; other < nodes.length; other++) {
      if (other != index) {
        member(index, other, true, 20 * MS);
        member(other, index, true, 100 * MS);
      }
    }
  }

  /** The observer's membership says that a node joined or left, in the order of these calls. */
  private void member(int observer, int subject, boolean joins, long maxDelay) {
    long at = Math.max(membershipAt[observer][subject], simulation.now + random.nextLong(maxDelay));
    membershipAt[observer][subject] = at;
    simulation.at(at, () -> {
      if (!isOver) {
        tellMember(observer, subject, joins);
      }
    });
  }

  private void tellMember(int observer, int subject, boolean joins) {
    SimulatedNode node = nodes[observer];
    node.arrive(() -> {
      if (joins) {
        node.memberJoined(subject);
      } else {
        node.memberLeft(subject);
      }
    });
  }

  private void next() {
    simulation.in(random.nextLong(2 * pace), () -> {
      if (!isOver) {
        step();
        next();
      }
    });
  }

  private void step() {
    SimulatedNode node = nodes[random.nextInt(nodes.length)];
    int kind = random.nextInt(20);
    if (kind < 9) {
      int calls = random.nextInt(1, 4);
      for (int i = 0; i < calls; i++) {
        node.arrive(() -> node.call(random.nextLong(1, CONTRACTS + 1)));
      }
    } else if (kind < 12) {
      node.arrive(() -> changeDescriptor(node));
    } else if (kind < 14 && hasCrashes) {
      crashOrRestart(node);
    } else if (kind < 16 && hasPauses) {
      pauseOrResume(node);
    } else if (kind < 18 && hasPartitions) {
      partition(node.index);
    } else if (hasFlaps) {
      flap(node);
    }
  }

  private void changeDescriptor(SimulatedNode node) {
    int kind = random.nextInt(8);
    if (kind < 4) {
      serveSomething(node);
    } else if (kind < 6) {
      node.withdraw(random.nextLong(1, CONTRACTS + 1));
    } else {
      ServingState[] states = ServingState.values();
      node.changeState(states[random.nextInt(states.length)]);
    }
  }

  private void serveSomething(SimulatedNode node) {
    node.serve(FewNodes.contract(random.nextLong(1, CONTRACTS + 1), random.nextInt(1, 4)));
  }

  private void crashOrRestart(SimulatedNode node) {
    if (node.isDead()) {
      startNode(node.index, node.incarnation + 1);
      return;
    }
    node.kill();
    boolean isNoticed = random.nextBoolean();
    for (int other = 0; other < nodes.length; other++) {
      if (isNoticed && other != node.index) {
        member(other, node.index, false, 4_000 * MS);
      }
    }
    if (random.nextBoolean()) {
      simulation.in(random.nextLong(2_000 * MS), () -> {
        if (!isOver && nodes[node.index] == node) {
          startNode(node.index, node.incarnation + 1);
        }
      });
    }
  }

  private void pauseOrResume(SimulatedNode node) {
    if (node.isPaused()) {
      node.resume(random.nextBoolean());
    } else if (!node.isDead()) {
      node.pause();
      simulation.in(random.nextLong(5_000 * MS), () -> {
        if (node.isPaused()) {
          node.resume(random.nextBoolean());
        }
      });
      if (hasCrashes && random.nextBoolean()) {
        simulation.in(random.nextLong(3_000 * MS), () -> replace(node));
      }
    }
  }

  /** A new process takes over; when the paused one wakes up, it does not know that for a while. */
  private void replace(SimulatedNode node) {
    if (!isOver && node.isPaused() && nodes[node.index] == node) {
      startNode(node.index, node.incarnation + 1);
      simulation.in(random.nextLong(6_000 * MS), node::kill);
      replaced.add(node);
    }
  }

  private void partition(int node) {
    boolean isBlocked = random.nextBoolean();
    boolean isOneWay = random.nextBoolean();
    for (int other = 0; other < nodes.length; other++) {
      if (other != node && random.nextBoolean()) {
        simulation.network.block(node, other, isBlocked);
        simulation.network.block(other, node, isBlocked && !isOneWay);
      }
    }
  }

  /** The membership loses a live node for a moment, or a link breaks. */
  private void flap(SimulatedNode node) {
    int other = random.nextInt(nodes.length);
    if (other == node.index) {
      return;
    }
    if (random.nextBoolean()) {
      member(node.index, other, false, 100 * MS);
      member(node.index, other, true, 1_000 * MS);
    } else {
      boolean isOldLink = random.nextInt(4) == 0;
      node.arrive(() -> node.closeLink(other, isOldLink));
    }
  }

  /** Ends all trouble: from here on the network works, and the membership tells the truth. */
  void heal() {
    isOver = true;
    simulation.network.heal();
    replaced.forEach(SimulatedNode::kill);
    for (SimulatedNode each : nodes) {
      if (each.isPaused()) {
        each.resume(random.nextBoolean());
      }
      if (each.isDead() && random.nextBoolean()) {
        nodes[each.index] = new SimulatedNode(simulation, each.index, each.incarnation + 1);
      }
    }
    for (int observer = 0; observer < nodes.length; observer++) {
      for (int subject = 0; subject < nodes.length; subject++) {
        if (observer != subject) {
          tellMember(observer, subject, !nodes[subject].isDead());
        }
      }
    }
  }
}
