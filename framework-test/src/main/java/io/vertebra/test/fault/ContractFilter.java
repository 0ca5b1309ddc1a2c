package io.vertebra.test.fault;

import io.vertebra.HandlerFilter;
import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Stands around handlers, and lets faults strike what comes to them. */
final class ContractFilter implements HandlerFilter {
  private final List<ContractRule> rules;
  private final Later later;

  ContractFilter(List<ContractRule> rules, Later later) {
    this.rules = rules;
    this.later = later;
  }

  @Override
  public <Q, R> Future<R> handle(
      Request<Q, R> contract,
      Q message,
      Call call,
      BiFunction<? super Q, ? super Call, Future<R>> handler) {
    Supplier<Future<R>> handled = () -> handler.apply(message, call);
    ContractRule rule = strike(contract.id(), message);
    ContractRule.Effect effect = rule == null ? null : rule.effect();
    Future<R> answer = apply(effect, handled, call);
    if (rule != null) {
      rule.fault().begun();
    }
    overtake(contract.id(), effect);
    return answer;
  }

  private @Nullable ContractRule strike(String contract, Object message) {
    for (ContractRule rule : rules) {
      boolean isHolding =
          rule.effect() instanceof ContractRule.Overtaken overtaken && overtaken.isHolding();
      if (!isHolding && rule.isFor(contract, message) && rule.fault().strikes()) {
        return rule;
      }
    }
    return null;
  }

  private <R> Future<R> apply(
      ContractRule.@Nullable Effect effect, Supplier<Future<R>> handled, Call call) {
    if (effect instanceof ContractRule.Drop) {
      return never(call);
    } else if (effect instanceof ContractRule.DropReply) {
      return handled.get().transform(lost -> never(call));
    } else if (effect instanceof ContractRule.Duplicate) {
      Future<R> first = handled.get();
      Future<R> second = handled.get();
      return first.eventually(() -> second.transform(ended -> Future.succeededFuture()));
    } else if (effect instanceof ContractRule.Delay delay) {
      return delay.isOfReply()
          ? afterwards(handled.get(), delay.delay())
          : after(delay.delay(), handled);
    } else if (effect instanceof ContractRule.Fail fail) {
      return Future.failedFuture(fail.failure());
    } else if (effect instanceof ContractRule.Overtaken overtaken) {
      return overtaken.hold(handled);
    }
    return handled.get();
  }

  private <R> Future<R> afterwards(Future<R> reply, Duration delay) {
    return reply.transform(ended -> after(delay, () -> reply));
  }

  /** Whoever comes lets those go that were held until then. */
  private void overtake(String contract, ContractRule.@Nullable Effect now) {
    for (ContractRule rule : rules) {
      if (rule.contract().equals(contract)
          && rule.effect() instanceof ContractRule.Overtaken overtaken
          && overtaken != now) {
        overtaken.letGo();
      }
    }
  }

  private <R> Future<R> after(Duration delay, Supplier<Future<R>> action) {
    Promise<R> promise = Promise.promise();
    later.after(delay, () -> action.get().onComplete(promise));
    return promise.future();
  }

  /** No answer: the call is over when its caller has given up. */
  private static <R> Future<R> never(Call call) {
    Promise<R> promise = Promise.promise();
    call.onCancel(() -> promise.tryFail(CallException.cancelled(call.metadata().contract(), true)));
    return promise.future();
  }
}
