package io.vertebra.benchmarks.fault;

import io.vertebra.error.VertebraException;
import io.vertx.core.eventbus.ReplyException;

/** Names for what callers hear. */
final class Failures {

  private Failures() {}

  /** The code of our failures, the kind of the bare bus's, else the class. */
  static String kind(Throwable failure) {
    if (failure instanceof VertebraException ours) {
      return ours.code().name();
    }
    if (failure instanceof ReplyException raw) {
      return raw.failureType().name();
    }
    return failure.getClass().getSimpleName();
  }
}
