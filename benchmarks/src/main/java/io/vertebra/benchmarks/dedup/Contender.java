package io.vertebra.benchmarks.dedup;

import io.vertebra.idempotency.DedupStore;
import java.util.Arrays;
import java.util.List;

/**
 * A store that takes part.
 *
 * @param name as printed
 * @param target messages a second it should reach, or its share of the peer that follows it
 * @param isPeer whether it is there only to compare the one before with
 * @param store the store
 * @param stops what to close in the end, in order
 */
record Contender(
    String name, double target, boolean isPeer, DedupStore store, List<AutoCloseable> stops) {

  static Contender of(String name, double target, DedupStore store, AutoCloseable... stops) {
    return new Contender(name, target, false, store, Arrays.asList(stops));
  }

  static Contender peer(String name, DedupStore store, AutoCloseable... stops) {
    return new Contender(name, 0, true, store, Arrays.asList(stops));
  }

  void close() {
    for (AutoCloseable stop : stops) {
      try {
        stop.close();
      } catch (Exception e) {
        throw new IllegalStateException("cannot stop " + name, e);
      }
    }
  }
}
