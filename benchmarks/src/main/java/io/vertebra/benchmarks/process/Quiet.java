package io.vertebra.benchmarks.process;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Log levels of a process that makes handlers throw and calls get lost on purpose, thousands of
 * times. The peer counts these without a line in the log, so our side does too.
 */
public final class Quiet {
  // Loggers are held weakly by whoever made them.
  private static final List<Logger> LOGGERS =
      List.of(Logger.getLogger("io.vertebra"), Logger.getLogger("io.vertx"));

  private Quiet() {}

  /** Errors only, and nothing of Hazelcast, which tells each step of joining and leaving. */
  public static void logging() {
    LOGGERS.forEach(logger -> logger.setLevel(Level.SEVERE));
    System.setProperty("hazelcast.logging.type", "none");
  }
}
