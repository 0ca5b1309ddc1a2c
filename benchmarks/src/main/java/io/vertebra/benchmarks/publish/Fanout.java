package io.vertebra.benchmarks.publish;

import io.vertebra.benchmarks.load.Round;
import io.vertebra.benchmarks.raw.StockChanged;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * One round: publishes as long as the slowest subscriber is less than a window behind. A message
 * counts as answered when all have it, a latency is that of one delivery. One message in 10,000 makes
 * one subscriber throw once it has counted it.
 *
 * <p>The publishing half is confined to the publisher's event loop, each {@link Arrivals} to its
 * subscriber's.
 */
final class Fanout {
  private static final int POISON_EVERY = 10_000;
  // How often the publisher goes on before it lets other tasks of its event loop run.
  private static final int BURST = 64;
  private static final long SETTLE_MILLIS = 5;
  private static final long LOST_AFTER_NANOS = Duration.ofSeconds(5).toNanos();

  private final Consumer<StockChanged> publisher;
  private final int window;
  private final long nanos;
  private final List<Arrivals> subscribers;
  private final Context context;
  private final AtomicBoolean parked = new AtomicBoolean();
  private final Promise<Round> done = Promise.promise();

  private long startedAt;
  private long published;
  private long poisoned;
  private long completed;
  private volatile long slowestSeen;

  Fanout(
      Consumer<StockChanged> publisher,
      Context context,
      int subscribers,
      int window,
      Duration duration) {
    this.publisher = publisher;
    this.context = context;
    this.window = window;
    this.nanos = duration.toNanos();
    this.subscribers =
        Stream.generate(() -> new Arrivals(this)).limit(subscribers).toList();
  }

  /** Where the subscriber with this number counts its deliveries. */
  Consumer<StockChanged> arrivals(int subscriber) {
    return subscribers.get(subscriber);
  }

  Future<Round> run() {
    context.runOnContext(v -> {
      startedAt = System.nanoTime();
      pump();
    });
    return done.future();
  }

  private void pump() {
    int burst = 0;
    while (System.nanoTime() - startedAt < nanos) {
      slowestSeen = slowest();
      if (published - slowestSeen < window) {
        if (burst++ == BURST) {
          context.runOnContext(v -> pump());
          return;
        }
        publish();
      } else {
        parked.set(true);
        // A delivery may have come between the look and the flag.
        if (slowest() == slowestSeen || !parked.compareAndSet(true, false)) {
          return;
        }
      }
    }
    completed = slowest();
    settle(context.owner());
  }

  private void publish() {
    published++;
    boolean poison = published % POISON_EVERY == POISON_EVERY / 2;
    if (poison) {
      poisoned++;
    }
    publisher.accept(new StockChanged(System.nanoTime(), "S10_1678", 30, poison));
  }

  private void settle(Vertx vertx) {
    if (slowest() == published || System.nanoTime() - startedAt - nanos > LOST_AFTER_NANOS) {
      done.complete(result());
    } else {
      vertx.setTimer(SETTLE_MILLIS, id -> settle(vertx));
    }
  }

  private Round result() {
    Histogram latencies = new Histogram(3);
    subscribers.forEach(subscriber -> latencies.add(subscriber.latencies));
    long missing = subscribers.stream().mapToLong(s -> published - s.count).sum();
    long thrown = subscribers.stream().mapToLong(s -> s.thrown).sum();
    return new Round(
        completed,
        nanos,
        0,
        latencies,
        missing,
        new Round.Probes(0, 0),
        new Round.Probes(poisoned, thrown));
  }

  private long slowest() {
    long least = Long.MAX_VALUE;
    for (Arrivals subscriber : subscribers) {
      least = Math.min(least, subscriber.count);
    }
    return least;
  }

  private void arrived() {
    if (parked.get() && slowest() != slowestSeen && parked.compareAndSet(true, false)) {
      context.runOnContext(v -> pump());
    }
  }

  /** What one subscriber has. */
  private static final class Arrivals implements Consumer<StockChanged> {
    private final Fanout fanout;
    private final Histogram latencies = new Histogram(3);
    private long seen;
    private long thrown;
    private volatile long count;

    Arrivals(Fanout fanout) {
      this.fanout = fanout;
    }

    @Override
    public void accept(StockChanged event) {
      latencies.recordValue(System.nanoTime() - event.sentAt());
      boolean throwing = event.poison() && this == fanout.subscribers.get(0);
      if (throwing) {
        thrown++;
      }
      count = ++seen;
      fanout.arrived();
      if (throwing) {
        throw new IllegalStateException("product " + event.product() + " cannot be read");
      }
    }
  }
}
