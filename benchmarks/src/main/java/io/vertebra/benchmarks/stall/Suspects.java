package io.vertebra.benchmarks.stall;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.List;

/** 50 contracts on one event loop, and something that looks who holds it up. */
interface Suspects {
  int CONTRACTS = 50;
  long SMALL_NANOS = 100_000;

  static String name(int contract) {
    return "stall.contract" + contract;
  }

  /** The event loop that calls come from. */
  Context caller();

  /** A call that takes 0.1 ms. */
  Future<?> small(int contract);

  /** A call whose handler holds up its event loop; completes with when that began. */
  Future<Long> hold(int contract, Holding holding);

  /** How the name of the thread begins that looks at others. */
  String watcher();

  /** Who was named since the last time. */
  List<Suspect> named();

  void close();
}
