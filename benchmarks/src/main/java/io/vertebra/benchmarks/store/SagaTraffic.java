package io.vertebra.benchmarks.store;

import io.vertebra.cluster.postgres.Postgres;
import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaLog.Command;
import io.vertebra.saga.SagaLog.Lease;
import io.vertebra.saga.SagaLog.Result;
import io.vertebra.saga.SagaLog.Row;
import io.vertebra.saga.SagaLog.Transition;
import io.vertebra.saga.SagaStatus;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sagas of three steps as an engine writes them: a start, three changes, and a history of six events.
 * The next one begins when one has ended.
 */
final class SagaTraffic implements StoreLoad.Traffic {
  private static final int TRANSITIONS = 4;
  private static final Duration LEASE = Duration.ofHours(1);
  private static final Buffer STATE = Buffer.buffer(
      "{\"orderId\":\"order-123456789\",\"sku\":\"sku-4711\",\"amount\":12995,\"customer\":\"c-77\"}");
  private static final Buffer BODY =
      Buffer.buffer("{\"orderId\":\"order-123456789\",\"sku\":\"sku-4711\",\"quantity\":3}");

  private final SagaLog log;
  private final long[] epochs = new long[SagaLog.PARTITIONS];
  private final AtomicLong keys = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private final AtomicInteger running = new AtomicInteger();
  private volatile boolean stopped;

  private SagaTraffic(SagaLog log) {
    this.log = log;
  }

  static SagaTraffic start(Postgres postgres, int inFlight) {
    SagaTraffic traffic = new SagaTraffic(postgres.sagaLog());
    try {
      List<Lease> leases = traffic
          .log
          .acquire("load", SagaLog.PARTITIONS, LEASE)
          .await(1, TimeUnit.MINUTES)
          .leases();
      leases.forEach(lease -> traffic.epochs[lease.partition()] = lease.epoch());
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    }
    for (int i = 0; i < inFlight; i++) {
      traffic.running.incrementAndGet();
      traffic.begin();
    }
    return traffic;
  }

  private void begin() {
    write("order-" + keys.incrementAndGet(), 1);
  }

  private void write(String key, int version) {
    int partition = SagaLog.partitionOf("order-fulfilment", key);
    log.write(List.of(transition(key, version, epochs[partition]))).onComplete(result -> {
      if (result.failed() || result.result().get(0) != Result.WRITTEN) {
        running.decrementAndGet();
        throw new IllegalStateException("not written: " + result);
      }
      writes.incrementAndGet();
      if (version < TRANSITIONS) {
        write(key, version + 1);
      } else {
        done.incrementAndGet();
        goOn();
      }
    });
  }

  private void goOn() {
    if (stopped) {
      running.decrementAndGet();
    } else {
      begin();
    }
  }

  private static Transition transition(String key, int version, long epoch) {
    boolean last = version == TRANSITIONS;
    String id = "0f8fad5bd9cb469fa165708" + key;
    Row row = new Row(
        id,
        "order-fulfilment",
        key,
        version,
        "a1b2c3d4",
        last ? SagaStatus.COMPLETED : SagaStatus.RUNNING,
        "+++".substring(0, version - 1) + ">",
        STATE,
        last ? List.of() : List.of(new Command(version - 1, id + ".step", BODY, 1, null)),
        last ? null : Duration.ofSeconds(30),
        Duration.ofMinutes(5),
        version,
        SagaLog.Signals.NONE);
    SagaEvent.Kind kind = version == 1 ? SagaEvent.Kind.STARTED : SagaEvent.Kind.REPLIED;
    return new Transition(
        epoch,
        row,
        last
            ? List.of(event(row, kind, epoch), event(row, SagaEvent.Kind.COMPLETED, epoch))
            : List.of(event(row, kind, epoch)),
        List.of());
  }

  private static SagaEvent event(Row row, SagaEvent.Kind kind, long epoch) {
    return new SagaEvent(
        row.id(),
        row.saga(),
        row.key(),
        kind,
        "reserve",
        1,
        "",
        "node-1/engine",
        epoch,
        Instant.EPOCH);
  }

  @Override
  public long done() {
    return done.get();
  }

  @Override
  public long writes() {
    return writes.get();
  }

  @Override
  public void stop() throws TimeoutException {
    stopped = true;
    long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (running.get() > 0) {
      if (System.nanoTime() - until > 0) {
        throw new TimeoutException("sagas still run");
      }
      Thread.onSpinWait();
    }
  }
}
