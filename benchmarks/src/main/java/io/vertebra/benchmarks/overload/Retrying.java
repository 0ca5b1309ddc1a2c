package io.vertebra.benchmarks.overload;

/** A service whose callers retry, and which may become slower. */
interface Retrying extends Contender {
  /** How often a call is made at most. */
  int ATTEMPTS = 3;

  /** How long an attempt waits, in ms. */
  long ATTEMPT_MILLIS = 100;

  /** From now on a call takes that long. */
  void cost(long nanos);

  /** What was made so far. */
  Made made();

  /**
   * Calls, and the attempts that they took.
   *
   * @param calls calls
   * @param attempts attempts, also the first ones
   */
  record Made(long calls, long attempts) {
    Made minus(Made before) {
      return new Made(calls - before.calls, attempts - before.attempts);
    }

    double perCall() {
      return attempts / (double) calls;
    }
  }
}
