package io.vertebra.benchmarks.store;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.load.Load;
import io.vertebra.cluster.postgres.Postgres;
import io.vertebra.cluster.postgres.PostgresOptions;
import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;

/** Keeps a number of chains of writes going, each with one write under way, and counts what ends. */
public final class StoreLoad {
  private StoreLoad() {}

  /** Something that goes on by itself until it is told to stop. */
  interface Traffic {
    /** Ends it: what is under way is finished, and nothing new begun. */
    void stop() throws TimeoutException;

    /** How many units of work have ended so far. */
    long done();

    /** How many writes have ended so far. */
    long writes();
  }

  /** Three-step sagas: four transitions each. */
  public static boolean sagas(Arguments arguments) {
    return run("saga-log", arguments, SagaTraffic::start);
  }

  private static boolean run(
      String name, Arguments arguments, BiFunction<Postgres, Integer, Traffic> traffic) {
    Optional<String> uri = arguments.takeOption("uri");
    Load load = arguments.takeLoad();
    arguments.end();
    try (EmbeddedPostgres server = uri.isPresent() ? null : EmbeddedPostgres.startTemporary()) {
      String at = server == null ? uri.orElseThrow() : server.uri();
      for (int inFlight : load.levels()) {
        measure(name, at, inFlight, load.round(), traffic);
      }
      return true;
    } catch (TimeoutException e) {
      throw new IllegalStateException("the database does not answer", e);
    }
  }

  private static void measure(
      String name,
      String uri,
      int inFlight,
      Duration round,
      BiFunction<Postgres, Integer, Traffic> start)
      throws TimeoutException {
    Vertx vertx = Vertx.vertx();
    Postgres postgres = Postgres.connect(
            vertx,
            PostgresOptions.at(uri).withSchema("load_" + Long.toString(System.nanoTime(), 36)))
        .await(1, TimeUnit.MINUTES);
    Traffic traffic = start.apply(postgres, inFlight);
    pause(round);
    for (int i = 0; i < 3; i++) {
      long done = traffic.done();
      long writes = traffic.writes();
      long begun = System.nanoTime();
      pause(round);
      double seconds = (System.nanoTime() - begun) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "RESULT %s inflight=%d per_s=%.0f writes_per_s=%.0f%n",
          name,
          inFlight,
          (traffic.done() - done) / seconds,
          (traffic.writes() - writes) / seconds);
    }
    traffic.stop();
    postgres.close().await(1, TimeUnit.MINUTES);
    vertx.close().await(1, TimeUnit.MINUTES);
  }

  private static void pause(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
