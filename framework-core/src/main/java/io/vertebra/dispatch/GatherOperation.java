package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.error.HandlerException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Gather;
import io.vertebra.messaging.Gathered;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks all instances of a contract and cancels the calls that are not needed any more. */
final class GatherOperation<Q, R> implements Gather<R> {
  private static final int ALL = 0;

  private final Engine engine;
  private final @Nullable Scope parent;
  private final Request<Q, R> contract;
  private final Q message;
  private CallOptions options = CallOptions.defaults();

  GatherOperation(Engine engine, @Nullable Scope parent, Request<Q, R> contract, Q message) {
    this.engine = engine;
    this.parent = parent;
    this.contract = contract;
    this.message = message;
  }

  @Override
  public Gather<R> within(Duration timeout) {
    options = options.withTimeout(timeout);
    return this;
  }

  @Override
  public Future<Gathered<R>> all() {
    return start(ALL, false);
  }

  @Override
  public Future<Gathered<R>> first(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("first needs at least 1 reply: " + n);
    }
    return start(n, false);
  }

  @Override
  public Future<Gathered<R>> quorum() {
    return start(ALL, true);
  }

  private Future<Gathered<R>> start(int wanted, boolean majority) {
    if (engine.isClosed()) {
      return engine.closedFailure();
    }
    ContextInternal context = engine.vertx().getOrCreateContext();
    List<Exchange<Q, R>> exchanges = new ArrayList<>();
    Route route = engine.route(contract.id());
    for (Instance<?, ?> instance : route.localInstances()) {
      Exchange<Q, R> exchange = exchange(context);
      exchange.pinTo(instance);
      exchanges.add(exchange);
    }
    for (Target target : route.targets()) {
      for (int i = 0; i < target.instances(); i++) {
        Exchange<Q, R> exchange = exchange(context);
        exchange.pinTo(target, i);
        exchanges.add(exchange);
      }
    }
    int needed = majority ? exchanges.size() / 2 + 1 : wanted;
    return new Run(context, exchanges, needed).begin();
  }

  private Exchange<Q, R> exchange(ContextInternal context) {
    return engine.exchange(parent, contract, message, options, context);
  }

  /** One gathering; confined to the caller's context, where the exchanges complete. */
  private final class Run {
    private final List<Exchange<Q, R>> exchanges;
    private final int needed;
    private final Promise<Gathered<R>> promise;
    private final List<R> replies = new ArrayList<>();
    private final List<VertebraException> failures = new ArrayList<>();
    private boolean ended;

    Run(ContextInternal context, List<Exchange<Q, R>> exchanges, int needed) {
      this.exchanges = exchanges;
      this.needed = needed;
      this.promise = context.promise();
    }

    Future<Gathered<R>> begin() {
      if (exchanges.isEmpty()) {
        return needed == ALL
            ? Future.succeededFuture(new Gathered<>(List.of(), List.of(), 0))
            : Future.failedFuture(CallException.notServed(contract.id()));
      }
      if (needed > exchanges.size()) {
        return Future.failedFuture(CallException.gatherIncomplete(0, needed, exchanges.size()));
      }
      for (Exchange<Q, R> exchange : exchanges) {
        exchange.begin().onComplete(this::answered);
      }
      return promise.future();
    }

    private void answered(@Nullable R reply, @Nullable Throwable failure) {
      if (ended) {
        return;
      }
      if (failure == null && reply != null) {
        replies.add(reply);
      } else {
        failures.add(
            failure instanceof VertebraException known
                ? known
                : HandlerException.answeredNothing(contract.name()));
      }
      int open = exchanges.size() - replies.size() - failures.size();
      if (needed == ALL ? open == 0 : replies.size() >= needed) {
        end();
        promise.complete(new Gathered<>(replies, failures, exchanges.size()));
      } else if (needed != ALL && replies.size() + open < needed) {
        end();
        promise.fail(CallException.gatherIncomplete(replies.size(), needed, exchanges.size()));
      }
    }

    private void end() {
      ended = true;
      for (Exchange<Q, R> exchange : exchanges) {
        exchange.cancelled();
      }
    }
  }
}
