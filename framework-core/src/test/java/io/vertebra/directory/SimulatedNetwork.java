package io.vertebra.directory;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** The network between the nodes of a simulation; how bad it is, its seed decides. */
final class SimulatedNetwork {
  private static final long MS = Simulation.MS;

  private final Simulation simulation;
  private final SplittableRandom random;
  private final boolean[][] isBlocked;
  private final long[][] lastArrival;
  private final boolean isFifo;
  private final long worstDelay;
  private double loss;
  private double duplication;
  private long maxDelay;

  SimulatedNetwork(Simulation simulation, int nodes) {
    this.simulation = simulation;
    this.random = simulation.random;
    this.isBlocked = new boolean[nodes][nodes];
    this.lastArrival = new long[nodes][nodes];
    this.isFifo = random.nextInt(3) > 0;
    this.loss = pick(0, 0, 0.02, 0.2);
    this.duplication = pick(0, 0, 0.05, 0.3);
    this.maxDelay = (long) pick(MS, MS, 20 * MS, 250 * MS);
    this.worstDelay = maxDelay;
  }

  private double pick(double... values) {
    return values[random.nextInt(values.length)];
  }

  /** Whether it loses nothing. */
  boolean isReliable() {
    return loss == 0;
  }

  /** The longest time that anything is ever under way. */
  long worstDelay() {
    return worstDelay;
  }

  void block(int from, int to, boolean isBlockedNow) {
    isBlocked[from][to] = isBlockedNow;
  }

  void heal() {
    loss = 0;
    duplication = 0;
    maxDelay = MS;
    for (boolean[] row : isBlocked) {
      Arrays.fill(row, false);
    }
  }

  void send(int from, int to, Consumer<SimulatedNode> arrival) {
    if (isBlocked[from][to] || (loss > 0 && random.nextDouble() < loss)) {
      return;
    }
    deliver(from, to, arrival);
    if (duplication > 0 && random.nextDouble() < duplication) {
      deliver(from, to, arrival);
    }
  }

  private void deliver(int from, int to, Consumer<SimulatedNode> arrival) {
    long at = simulation.now + 1 + random.nextLong(maxDelay);
    if (isFifo) {
      at = Math.max(at, lastArrival[from][to]);
      lastArrival[from][to] = at;
    }
    simulation.at(at, () -> {
      SimulatedNode receiver = simulation.nodes[to];
      receiver.arrive(() -> arrival.accept(receiver));
    });
  }
}
