package io.vertebra.benchmarks.publish;

import io.vertebra.benchmarks.load.Contestant;
import io.vertebra.benchmarks.load.Round;
import io.vertebra.benchmarks.raw.StockChanged;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What both sides have in common: subscribers that stay, while the rounds that count change. */
abstract class Publishing implements Contestant {
  static final int SUBSCRIBERS = 4;

  private volatile @Nullable Fanout current;

  /** The context of the verticle that publishes. */
  abstract Context publisherContext();

  /** Publishes; on that context. */
  abstract void publish(StockChanged event);

  /** Called by the subscriber with this number. */
  final void arrived(int subscriber, StockChanged event) {
    Fanout fanout = current;
    if (fanout != null) {
      fanout.arrivals(subscriber).accept(event);
    }
  }

  @Override
  public final Future<Round> round(int inFlight, Duration duration) {
    Fanout fanout = new Fanout(this::publish, publisherContext(), SUBSCRIBERS, inFlight, duration);
    current = fanout;
    return fanout.run();
  }
}
