package io.vertebra.limit;

/** Why an event loop is held up. */
public enum StallCause {
  /** The handler computes. */
  CPU,
  /** The handler waits: it sleeps, reads a socket or a file, or waits for another thread. */
  BLOCKED,
  /** The handler waits for a lock that another thread has. */
  LOCK,
  /** The handler could run, but the machine gives its thread no processor. */
  STARVED
}
