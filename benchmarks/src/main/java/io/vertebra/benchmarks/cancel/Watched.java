package io.vertebra.benchmarks.cancel;

import io.vertx.core.Promise;

/** One call whose caller is going to give up, as seen by the node that serves it. */
final class Watched {
  /** Its handler runs. */
  final Promise<Void> started = Promise.promise();

  /** When its work was over, as {@link System#nanoTime()} counts. */
  final Promise<Long> over = Promise.promise();

  void begins() {
    started.tryComplete();
  }

  void ends() {
    over.tryComplete(System.nanoTime());
  }
}
