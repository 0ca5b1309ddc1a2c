package io.vertebra.benchmarks.dedup;

import io.vertebra.cluster.redis.RedisDedupStore;
import io.vertebra.test.EmbeddedRedis;
import io.vertx.core.Vertx;
import java.time.Duration;

/** A Redis server on this machine. */
final class RedisServer {
  private static final double TARGET = 60_000;

  private RedisServer() {}

  static Contender start(Vertx vertx, Duration window) {
    EmbeddedRedis server = EmbeddedRedis.start();
    return Contender.of(
        "redis", TARGET, RedisDedupStore.create(vertx, server.uri(), window), server);
  }
}
