package io.vertebra.benchmarks.saga;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/** How much of what the database can do the engine reaches: the same rows with and without it, in turns. */
public final class SagaLimit {
  private static final int ROUNDS = 5;
  private static final int IN_FLIGHT = 1024;
  private static final double TARGET = 0.35;

  private SagaLimit() {}

  /** {@code --seconds N}, default 2 a round. */
  public static boolean run(Arguments arguments) {
    Duration time = arguments.takeRound();
    arguments.end();
    Vertx vertx = Vertx.vertx();
    try (EmbeddedPostgres server = EmbeddedPostgres.startTemporary("synchronous_commit=on");
        SagaService service = SagaService.start(server, Participants.Kind.DEDUP_ONLY)) {
      BareSql.create(vertx, server.uri());
      BareSql.run(vertx, server.uri(), IN_FLIGHT, time);
      SagaRound.run(service.node(), IN_FLIGHT, time);
      double[] bare = new double[ROUNDS];
      double[] ours = new double[ROUNDS];
      for (int i = 0; i < ROUNDS; i++) {
        bare[i] = BareSql.run(vertx, server.uri(), IN_FLIGHT, time);
        ours[i] = SagaRound.run(service.node(), IN_FLIGHT, time).perSecond();
      }
      Arrays.sort(bare);
      Arrays.sort(ours);
      double ratio = ours[ROUNDS / 2] / bare[ROUNDS / 2];
      System.out.printf(
          Locale.ROOT,
          "RESULT saga-limit inflight=%d ours=%.0f peer=bare-sql:%.0f ratio=%.2f target=%.2f met=%s%n",
          IN_FLIGHT,
          ours[ROUNDS / 2],
          bare[ROUNDS / 2],
          ratio,
          TARGET,
          ratio >= TARGET);
      return true;
    } finally {
      vertx.close();
    }
  }
}
