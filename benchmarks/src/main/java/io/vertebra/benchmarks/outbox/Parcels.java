package io.vertebra.benchmarks.outbox;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.contract.Request;
import io.vertebra.limit.Limit;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** A service that takes parcels, but none for the address that does not exist, and counts them. */
final class Parcels {
  /** An address to which nothing can be sent. */
  static final String NOWHERE = "nowhere";

  static final Request<Parcel, Taken> TAKE =
      Request.of("parcels.take", Parcel.class, Taken.class).keyedBy(Parcel::address);

  private final Node node;
  private final AtomicLong taken = new AtomicLong();
  private volatile LongConsumer listener = n -> {};

  record Parcel(String address, long number) {}

  record Taken() {}

  private Parcels(Node node) {
    this.node = node;
  }

  static Parcels serve(Vertx vertx) {
    Parcels parcels = new Parcels(Node.create(vertx, NodeOptions.defaults()));
    Patience.await(parcels.node.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.request(TAKE, parcels::take)
            .limitedTo(Limit.fixed(4_096).withQueue(4_096, Duration.ofSeconds(10)));
      }
    }));
    return parcels;
  }

  private Future<Taken> take(Parcel parcel) {
    if (parcel.address.equals(NOWHERE)) {
      return Future.failedFuture(new UnknownAddressException());
    }
    listener.accept(parcel.number);
    taken.incrementAndGet();
    return Future.succeededFuture(new Taken());
  }

  Node node() {
    return node;
  }

  long taken() {
    return taken.get();
  }

  /** Who is told the number of each parcel. */
  void listen(LongConsumer listener) {
    this.listener = listener;
  }

  /** A failure without a stack trace, of which there are many. */
  private static final class UnknownAddressException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownAddressException() {
      super("nobody lives there", null, false, false);
    }
  }
}
