package io.vertebra.test.fault;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A fault that waits for requests.
 *
 * @param contract id of the contract
 * @param filter which messages it is for
 */
record ContractRule(
    String contract, Predicate<Object> filter, Fault fault, ContractRule.Effect effect) {

  boolean isFor(String id, Object message) {
    return contract.equals(id) && filter.test(message);
  }

  /** What a fault does to a request that it strikes. */
  sealed interface Effect {}

  record Drop() implements Effect {}

  record DropReply() implements Effect {}

  record Duplicate() implements Effect {}

  record Delay(Duration delay, boolean isOfReply) implements Effect {}

  record Fail(Throwable failure) implements Effect {}

  /** Keeps a request until the next one has passed. */
  static final class Overtaken implements Effect {
    private final ConcurrentLinkedQueue<Runnable> held = new ConcurrentLinkedQueue<>();

    <R> Future<R> hold(Supplier<Future<R>> request) {
      Promise<R> promise = Promise.promise();
      held.add(Later.here(() -> request.get().onComplete(promise)));
      return promise.future();
    }

    boolean isHolding() {
      return !held.isEmpty();
    }

    void letGo() {
      for (Runnable request = held.poll(); request != null; request = held.poll()) {
        request.run();
      }
    }
  }
}
