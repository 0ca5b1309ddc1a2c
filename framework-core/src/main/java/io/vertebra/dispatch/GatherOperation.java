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
    return start(Integer.MAX_VALUE, false);
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
    return start(0, true);
  }

  private Future<Gathered<R>> start(int wanted, boolean majority) {
    ContextInternal context = engine.vertx().getOrCreateContext();
    List<Exchange<Q, R>> exchanges = new ArrayList<>();
    Route route = engine.route(contract.name());
    for (int i = 0; i < route.instances(); i++) {
      exchanges.add(pinned(context, null, i));
    }
    for (Target target : route.targets()) {
      for (int i = 0; i < target.instances(); i++) {
        exchanges.add(pinned(context, target, i));
      }
    }
    int needed = majority ? exchanges.size() / 2 + 1 : wanted;
    return new Run(context, exchanges, needed).begin();
  }

  private Exchange<Q, R> pinned(ContextInternal context, @Nullable Target target, int instance) {
    Exchange<Q, R> exchange = engine.exchange(parent, contract, message, options, context);
    exchange.pinTo(target, instance);
    return exchange;
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
        if (needed == Integer.MAX_VALUE) {
          return Future.succeededFuture(new Gathered<>(List.of(), List.of(), 0));
        }
        return Future.failedFuture(CallException.notServed(contract.name()));
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
      boolean wantsAll = needed == Integer.MAX_VALUE;
      if (replies.size() >= needed || wantsAll && open == 0) {
        end();
        promise.complete(new Gathered<>(replies, failures, exchanges.size()));
      } else if (!wantsAll && replies.size() + open < needed) {
        end();
        promise.fail(CallException.gatherIncomplete(replies.size(), needed, exchanges.size()));
      }
    }

    private void end() {
      ended = true;
      for (Exchange<Q, R> exchange : exchanges) {
        exchange.cancel();
      }
    }
  }
}
