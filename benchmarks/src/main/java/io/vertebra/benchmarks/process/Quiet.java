package io.vertebra.benchmarks.process;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Log levels of a process that makes handlers throw and calls get lost on purpose, thousands of
 * times. The peer counts these without a line in the log, so our side does too.
 */
public final class Quiet {
  // Loggers are held weakly by whoever made them.
  private static final Logger OURS = Logger.getLogger("io.vertebra");
  private static final Logger VERTX = Logger.getLogger("io.vertx");

  private Quiet() {}

  /**
   * Errors of our side. Nothing of Vert.x, which reports each connection to a killed node and each
   * message to it, nor of Hazelcast, which tells each step of joining and leaving.
   */
  public static void logging() {
    // Some peers bring SLF4J along, which Vert.x would prefer.
    System.setProperty(
        "vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.JULLogDelegateFactory");
    OURS.setLevel(Level.SEVERE);
    VERTX.setLevel(Level.OFF);
    System.setProperty("hazelcast.logging.type", "none");
  }
}
