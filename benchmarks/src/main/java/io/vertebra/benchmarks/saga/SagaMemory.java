package io.vertebra.benchmarks.saga;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.saga.Waiting.Order;
import io.vertebra.messaging.CallOptions;
import io.vertebra.saga.CommandId;
import io.vertebra.saga.SagaLog;
import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * What sagas that wait for a reply take of the heap, and how long a node that finds very many
 * unfinished sagas takes until it goes on with them. The participant is in the same process; what a
 * call that waits takes by itself, on both sides, is measured first and told apart.
 */
public final class SagaMemory {
  private static final double TARGET_BYTES = 1_024;
  private static final double TARGET_SECONDS = 10;
  private static final int GROUP = 4_000;
  private static final CallOptions PATIENCE =
      CallOptions.defaults().withTimeout(Duration.ofHours(1));

  private SagaMemory() {}

  /** {@code --sagas N} that wait, default 100,000; {@code --recover N} unfinished ones, default 1,000,000. */
  public static boolean run(Arguments arguments) {
    int sagas = arguments.takeNumber("sagas", 100_000);
    int unfinished = arguments.takeNumber("recover", 1_000_000);
    arguments.end();
    try (EmbeddedPostgres server = EmbeddedPostgres.startTemporary("max_wal_size=4GB")) {
      double call = callBytes(server.uri(), sagas);
      SagaLog.Row one = sagaBytes(server.uri(), sagas, call);
      forgetAll(server.uri());
      recover(server.uri(), one, unfinished);
    }
    return true;
  }

  private static double callBytes(String uri, int calls) {
    try (Waiting waiting = new Waiting(uri, false)) {
      long before = usedHeap();
      for (int i = 0; i < calls; i++) {
        waiting.node.bus().request(Waiting.HOLD, order("call-" + i), PATIENCE);
      }
      awaitCommands(waiting, calls);
      return (usedHeap() - before) / (double) calls;
    }
  }

  /** Prints what one takes; the row of one of them. */
  private static SagaLog.Row sagaBytes(String uri, int sagas, double call) {
    try (Waiting waiting = new Waiting(uri, false)) {
      Patience.await(waiting.engine.start());
      begin(waiting, "first", 1);
      awaitCommands(waiting, 1);
      long before = usedHeap();
      for (int from = 0; from < sagas; from += GROUP) {
        begin(waiting, "saga-" + from + "-", Math.min(GROUP, sagas - from));
      }
      awaitCommands(waiting, sagas + 1);
      double all = (usedHeap() - before) / (double) sagas;
      SagaLog.Row row =
          Patience.await(waiting.postgres.sagaLog().find("waiting", "saga-0-0")).orElseThrow();
      double own = all - call - row.state().length();
      System.out.printf(
          Locale.ROOT,
          "RESULT saga-memory sagas=%d heap_per_saga=%.0f of_it_call=%.0f of_it_state=%d"
              + " beyond_bytes=%.0f target=%.0f met=%s%n",
          sagas,
          all,
          call,
          row.state().length(),
          own,
          TARGET_BYTES,
          own <= TARGET_BYTES);
      return row;
    }
  }

  private static void begin(Waiting waiting, String prefix, int count) {
    List<Future<?>> begun = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      begun.add(waiting.engine.begin(Waiting.START, order(prefix + i)));
    }
    Patience.await(Future.all(begun));
  }

  private static void recover(String uri, SagaLog.Row like, int unfinished) {
    try (Waiting waiting = new Waiting(uri, true)) {
      SagaLog log = waiting.postgres.sagaLog();
      for (int from = 0; from < unfinished; from += GROUP) {
        List<Future<?>> written = new ArrayList<>();
        for (int i = from; i < Math.min(unfinished, from + GROUP); i++) {
          written.add(log.write(List.of(
              new SagaLog.Transition(SagaLog.UNOWNED, copy(like, i), List.of(), List.of()))));
        }
        Patience.await(Future.all(written));
      }
      long empty = usedHeap();
      long begun = System.nanoTime();
      Patience.await(waiting.engine.start());
      awaitCommands(waiting, 1);
      double first = (System.nanoTime() - begun) / 1e9;
      long early = heapAt(waiting, unfinished / 10) - empty;
      long late = heapAt(waiting, unfinished * 9L / 10) - empty;
      awaitCommands(waiting, unfinished);
      double seconds = (System.nanoTime() - begun) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "RESULT saga-memory unfinished=%d first_s=%.2f all_s=%.1f per_s=%.0f heap_mb_at_10%%=%.1f"
              + " heap_mb_at_90%%=%.1f target_first_s=%.0f met=%s%n",
          unfinished,
          first,
          seconds,
          unfinished / seconds,
          early / 1e6,
          late / 1e6,
          TARGET_SECONDS,
          first <= TARGET_SECONDS);
    }
  }

  private static SagaLog.Row copy(SagaLog.Row like, int number) {
    String id = UUID.randomUUID().toString();
    String key = "unfinished-" + number;
    Buffer body = Buffer.buffer(like.state().toString().replace(like.key(), key));
    SagaLog.Command command = new SagaLog.Command(0, CommandId.ofAction(id, "hold"), body, 1, null);
    return new SagaLog.Row(
        id,
        like.saga(),
        key,
        1,
        like.definition(),
        like.status(),
        like.steps(),
        body,
        List.of(command),
        Duration.ofSeconds(1),
        Duration.ofDays(1),
        0,
        SagaLog.Signals.NONE);
  }

  private static Order order(String id) {
    return new Order(id, 4711, 100);
  }

  private static void forgetAll(String uri) {
    Vertx vertx = Vertx.vertx();
    Patience.await(PgConnection.connect(vertx, PgConnectOptions.fromUri(uri))
        .compose(
            all -> all.query("TRUNCATE vertebra.saga, vertebra.saga_history").execute()));
    Patience.await(vertx.close());
  }

  private static long heapAt(Waiting waiting, long commands) {
    awaitCommands(waiting, commands);
    return usedHeap();
  }

  private static void awaitCommands(Waiting waiting, long count) {
    while (waiting.commands.get() < count) {
      pause();
    }
  }

  /** Bytes that are still there after a collection. */
  private static long usedHeap() {
    pause();
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
