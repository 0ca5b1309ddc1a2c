package io.vertebra.benchmarks.request;

import io.vertx.core.VertxOptions;

/** How caller, server and event bus of one JVM are laid out over event loops. */
enum Loops {
  /** As Vert.x assigns them when nobody asks for anything. */
  ASSIGNED("shared"),
  /** One event loop for everything. */
  ONE("shared"),
  /** Caller and server, or verticle and bus, on event loops of their own. */
  SPLIT("split");

  private final String layout;

  Loops(String layout) {
    this.layout = layout;
  }

  /** The word for the printed line. */
  String layout() {
    return layout;
  }

  VertxOptions options() {
    VertxOptions options = new VertxOptions();
    return this == ONE ? options.setEventLoopPoolSize(1) : options;
  }
}
