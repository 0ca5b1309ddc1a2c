package io.vertebra.benchmarks.outbox;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * From a committed row to a message that was taken, beside a relay that polls with {@code FOR UPDATE
 * SKIP LOCKED}. Load, service, relay and database share this machine.
 */
public final class OutboxLoad {
  private static final int WRITERS = 4;
  private static final int ROWS_A_COMMIT = 100;
  private static final int MOST_WAITING = 20_000;
  private static final int SINGLE_ROWS = 300;
  private static final int FEW_ROWS = 10_000;
  private static final double TARGET_PER_SECOND = 20_000;
  private static final double TARGET_P50_MILLIS = 5;

  private final Vertx vertx = Vertx.vertx();
  private final Parcels parcels = Parcels.serve(vertx);
  private final AtomicLong numbers = new AtomicLong();

  private OutboxLoad() {}

  /** {@code --seconds N}, default 2 a round; {@code --backlog N}, default 1,000,000 rows. */
  public static boolean run(Arguments arguments) {
    Duration round = arguments.takeRound();
    int backlog = arguments.takeNumber("backlog", 1_000_000);
    arguments.end();
    try (EmbeddedPostgres server = EmbeddedPostgres.startTemporary("max_wal_size=4GB")) {
      new OutboxLoad().measure(server.uri(), round, backlog);
    }
    return true;
  }

  private void measure(String uri, Duration round, int backlog) {
    List<Relaying> sides =
        List.of(new OurRelaying(vertx, parcels, uri), new PollingRelaying(vertx, parcels, uri));
    sides.forEach(side -> steady(side, round, false));
    for (Relaying side : sides) {
      steady(side, round, true);
    }
    sides.forEach(this::singles);
    sides.forEach(side -> backlog(side, round, backlog));
    sides.forEach(side -> Patience.await(side.close()));
    Patience.await(vertx.close());
  }

  /** Writers that go on as long as not too much waits. */
  private void steady(Relaying side, Duration round, boolean print) {
    Patience.await(side.start());
    AtomicLong committed = new AtomicLong();
    long before = parcels.taken();
    boolean[] over = {false};
    List<Future<Void>> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(write(side, committed, before, over));
    }
    pause(round);
    long taken = parcels.taken();
    long begun = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      pause(round);
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    double perSecond = (parcels.taken() - taken) / seconds;
    over[0] = true;
    writers.forEach(Patience::await);
    Patience.await(taken(before + committed.get()));
    Patience.await(side.stop());
    if (print) {
      print(
          side,
          "steady rows_per_s=%.0f target=%.0f met=%s",
          perSecond,
          TARGET_PER_SECOND,
          perSecond >= TARGET_PER_SECOND);
    }
  }

  private Future<Void> write(Relaying side, AtomicLong committed, long before, boolean[] over) {
    if (over[0]) {
      return Future.succeededFuture();
    }
    if (committed.get() - (parcels.taken() - before) > MOST_WAITING) {
      return vertx.timer(1).compose(waited -> write(side, committed, before, over));
    }
    List<Parcels.Parcel> some = new ArrayList<>();
    for (int i = 0; i < ROWS_A_COMMIT; i++) {
      long number = numbers.incrementAndGet();
      some.add(new Parcels.Parcel("a" + number % 10_000, number));
    }
    return side.commit(some).compose(done -> {
      committed.addAndGet(ROWS_A_COMMIT);
      return write(side, committed, before, over);
    });
  }

  private Future<Void> taken(long count) {
    return parcels.taken() >= count
        ? Future.succeededFuture()
        : vertx.timer(5).compose(waited -> taken(count));
  }

  /** One row at a time: what is added between its commit and its arrival. */
  private void singles(Relaying side) {
    Patience.await(side.start());
    Histogram latencies = new Histogram(3);
    for (int i = 0; i < SINGLE_ROWS; i++) {
      Promise<Long> arrival = Promise.promise();
      parcels.listen(number -> arrival.tryComplete(System.nanoTime()));
      long[] committed = {0};
      Parcels.Parcel parcel = new Parcels.Parcel("a" + i, numbers.incrementAndGet());
      Patience.await(side.commit(List.of(parcel))
          .map(done -> committed[0] = System.nanoTime())
          .compose(done -> arrival.future()));
      long arrived = Patience.await(arrival.future());
      latencies.recordValue(Math.max(0, arrived - committed[0]));
      pause(Duration.ofMillis(3));
    }
    parcels.listen(number -> {});
    Patience.await(side.stop());
    double p50 = latencies.getValueAtPercentile(50) / 1e6;
    print(
        side,
        "added_latency p50_ms=%.2f p99_ms=%.2f target_p50_ms=%.0f met=%s",
        p50,
        latencies.getValueAtPercentile(99) / 1e6,
        TARGET_P50_MILLIS,
        p50 <= TARGET_P50_MILLIS);
  }

  /** Many rows that wait, some of them for nobody. */
  private void backlog(Relaying side, Duration round, int rows) {
    Patience.await(side.fill(FEW_ROWS));
    double few = look(side);
    Patience.await(side.fill(rows));
    double many = look(side);
    long before = parcels.taken();
    Patience.await(side.start());
    pause(round);
    long begun = System.nanoTime();
    long taken = parcels.taken();
    Histogram looks = new Histogram(3);
    for (int i = 0; i < 5; i++) {
      pause(round);
      looks.recordValue((long) (look(side) * 1e6));
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    print(
        side,
        "backlog rows=%d rows_per_s=%.0f poll_ms_at_%d=%.2f poll_ms_at_%d=%.2f poll_ms_while_draining=%.2f taken=%d",
        rows,
        (parcels.taken() - taken) / seconds,
        FEW_ROWS,
        few,
        rows,
        many,
        looks.getValueAtPercentile(50) / 1e6,
        parcels.taken() - before);
    Patience.await(side.stop());
  }

  /** Milliseconds of the quickest of some looks. */
  private static double look(Relaying side) {
    long quickest = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long begun = System.nanoTime();
      Patience.await(side.look());
      quickest = Math.min(quickest, System.nanoTime() - begun);
    }
    return quickest / 1e6;
  }

  private static void print(Relaying side, String text, Object... values) {
    System.out.println(
        "RESULT outbox side=" + side.name() + " kind=" + String.format(Locale.ROOT, text, values));
  }

  private static void pause(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
