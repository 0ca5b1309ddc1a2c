package io.vertebra.idempotency;

import io.vertebra.contract.Request;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * Makes handlers idempotent: the first delivery of a key runs, later ones get its reply, those that
 * come meanwhile wait for it.
 *
 * <p>The key is the contract's idempotency key, or the message id if it has none. Replies and declared
 * failures are remembered; any other failure forgets the key, so that the next delivery runs. Work
 * whose caller gave up is remembered too, if it ends well.
 *
 * <p>Failures: {@code CONFLICT} if the key was used for another message, {@code STILL_RUNNING} if the
 * first delivery outlasts the caller's deadline, {@code STORE_UNAVAILABLE} if the store cannot be
 * asked; in all three cases nothing was run.
 */
public final class Idempotency {
  private static final Duration LEASE = Duration.ofSeconds(10);

  private final DedupStore store;
  private final RunningLeases leases;
  private final Timers timers;

  Idempotency(DedupStore store, Timers timers, Duration lease) {
    this.store = store;
    this.timers = timers;
    this.leases = new RunningLeases(store, timers, lease);
  }

  /** A wrapper on a store. Leases are of 10 s and are extended while the handler runs. */
  public static Idempotency create(Vertx vertx, DedupStore store) {
    return new Idempotency(store, Timers.of(vertx), LEASE);
  }

  /** The handler, made idempotent under the contract's name. */
  public <Q, R> BiFunction<Q, Call, Future<R>> wrap(
      Request<Q, R> contract, BiFunction<? super Q, ? super Call, Future<R>> handler) {
    return wrap(contract.name(), contract, handler);
  }

  /** The handler, made idempotent under the name of a consumer: another name has its own keys. */
  public <Q, R> BiFunction<Q, Call, Future<R>> wrap(
      String consumer,
      Request<Q, R> contract,
      BiFunction<? super Q, ? super Call, Future<R>> handler) {
    ReplyCodec<R> codec = new ReplyCodec<>(contract);
    return (message, call) -> new Delivery<>(
            new Delivery.Consumer<>(consumer, contract, handler, codec), this, message, call)
        .begin();
  }

  DedupStore store() {
    return store;
  }

  RunningLeases leases() {
    return leases;
  }

  Timers timers() {
    return timers;
  }
}
