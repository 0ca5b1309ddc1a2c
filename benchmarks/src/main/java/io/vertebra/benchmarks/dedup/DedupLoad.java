package io.vertebra.benchmarks.dedup;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.idempotency.DedupStore;
import io.vertebra.idempotency.IdempotencyOptions;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Messages a second through each store: a new key is begun and completed, a duplicate is answered with
 * the stored reply. Two event loops keep so many in flight. Stores take turns.
 */
public final class DedupLoad {
  private static final int ROUNDS = 5;
  private static final int[] DUPLICATES = {0, 10, 50};
  private static final Duration WINDOW = Duration.ofMinutes(10);

  private DedupLoad() {}

  /** {@code --seconds N}, default 2 a round; {@code --inflight N}, default 1024; {@code --store a,b}, default all. */
  public static boolean run(Arguments arguments) {
    Duration round = arguments.takeRound();
    int inFlight = arguments.takeNumber("inflight", 1024);
    String names = arguments.takeOption("store").orElse("memory,hazelcast,redis,postgres");
    arguments.end();
    Vertx vertx = Vertx.vertx();
    List<Contender> contenders = new ArrayList<>();
    try {
      for (String name : names.split(",", -1)) {
        contenders.addAll(contenders(name, vertx));
      }
      boolean sound = true;
      for (int duplicates : DUPLICATES) {
        sound &= compare(vertx, contenders, inFlight, duplicates, round);
      }
      return sound;
    } finally {
      contenders.forEach(Contender::close);
      vertx.close();
    }
  }

  private static List<Contender> contenders(String name, Vertx vertx) {
    return switch (name) {
      case "memory" -> List.of(Contender.of(name, 2_000_000, memory()));
      case "hazelcast" -> HazelcastPair.start(vertx, WINDOW);
      case "redis" -> List.of(RedisServer.start(vertx, WINDOW));
      case "postgres" -> List.of(PostgresServer.start(vertx, WINDOW));
      default ->
        throw new IllegalArgumentException("--store wants memory, hazelcast, redis or"
            + " postgres, with commas between: " + name);
    };
  }

  private static DedupStore memory() {
    return DedupStore.inMemory(IdempotencyOptions.defaults().withWindow(WINDOW));
  }

  private static boolean compare(
      Vertx vertx, List<Contender> contenders, int inFlight, int duplicates, Duration round) {
    double[][] perSecond = new double[contenders.size()][ROUNDS];
    boolean sound = true;
    for (int i = -1; i < ROUNDS; i++) {
      for (int j = 0; j < contenders.size(); j++) {
        DedupRound result =
            DedupRound.run(vertx, contenders.get(j).store(), inFlight, duplicates, round);
        sound &= result.errors() == 0;
        if (i >= 0) {
          perSecond[j][i] = result.perSecond();
        }
      }
    }
    double bare = 0;
    for (int j = contenders.size() - 1; j >= 0; j--) {
      Contender contender = contenders.get(j);
      double median = median(perSecond[j]);
      if (contender.isPeer()) {
        bare = median;
      } else {
        print(contender, duplicates, inFlight, median, bare);
        bare = 0;
      }
    }
    return sound;
  }

  private static void print(
      Contender contender, int duplicates, int inFlight, double perSecond, double bare) {
    double target = bare > 0 ? contender.target() * bare : contender.target();
    System.out.printf(
        Locale.ROOT,
        "RESULT dedup store=%s duplicates=%d%% inflight=%d per_s=%.0f%s target=%.0f met=%s%n",
        contender.name(),
        duplicates,
        inFlight,
        perSecond,
        bare > 0
            ? String.format(Locale.ROOT, " peer=bare:%.0f ratio=%.2f", bare, perSecond / bare)
            : "",
        target,
        perSecond >= target);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    java.util.Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
