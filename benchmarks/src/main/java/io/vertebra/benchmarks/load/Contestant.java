package io.vertebra.benchmarks.load;

import io.vertx.core.Future;
import java.time.Duration;

/** One side of a comparison. */
public interface Contestant {

  /** Whose side it is. */
  Side side();

  /** How callers, servers and bus are laid out over event loops. */
  String layout();

  /** Starts all that takes part; completes when a round may begin. */
  Future<Void> start();

  /** Takes the load of one round. */
  Future<Round> round(int inFlight, Duration duration);

  /** Stops what was started. Blocks, since an event loop cannot report its own end; not for event loops. */
  void close();

  /** Whose side a contestant is on. */
  enum Side {
    OURS,
    RAW
  }
}
