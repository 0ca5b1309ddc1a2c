package io.vertebra.test.fault;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What stands between one process and its store. */
final class StoreGate {
  private final List<StoreRule> rules;
  private final Later later;
  private volatile boolean isCrashed;

  StoreGate(List<StoreRule> rules, Later later) {
    this.rules = rules;
    this.later = later;
  }

  boolean isCrashed() {
    return isCrashed;
  }

  <T> Future<T> pass(FaultPoint point, Supplier<Future<T>> operation) {
    return pass(List.of(point), operation);
  }

  /** Has one operation done that is several things at once. */
  <T> Future<T> pass(List<FaultPoint> points, Supplier<Future<T>> operation) {
    if (isCrashed) {
      return failure("this process has crashed");
    }
    List<StoreRule> struck = strike(points);
    Supplier<Future<T>> all = () -> alive(operation);
    for (StoreRule rule : struck) {
      Supplier<Future<T>> rest = all;
      all = () -> apply(rule, rest);
    }
    Future<T> answer = all.get();
    struck.forEach(rule -> rule.fault().begun());
    return answer;
  }

  /** Faults that only stop the process stop it at each point, others strike the operation as a whole. */
  private List<StoreRule> strike(List<FaultPoint> points) {
    List<StoreRule> struck = new ArrayList<>(1);
    for (FaultPoint point : points) {
      StoreRule rule = strike(point);
      if (rule != null) {
        struck.add(rule);
        if (!rule.isStop()) {
          return struck;
        }
      }
    }
    return struck;
  }

  private @Nullable StoreRule strike(FaultPoint point) {
    for (StoreRule rule : rules) {
      if (rule.point() == point && rule.fault().strikes()) {
        return rule;
      }
    }
    return null;
  }

  private <T> Future<T> apply(StoreRule rule, Supplier<Future<T>> operation) {
    String what = rule.fault().toString();
    StoreRule.Effect effect = rule.effect();
    if (effect instanceof StoreRule.Fail) {
      return failure(what);
    } else if (effect instanceof StoreRule.LoseAnswer) {
      return operation.get().transform(done -> failure(what));
    } else if (effect instanceof StoreRule.Delay delay) {
      Promise<T> promise = Promise.promise();
      later.after(delay.delay(), () -> operation.get().onComplete(promise));
      return promise.future();
    } else if (effect instanceof StoreRule.CrashBefore) {
      isCrashed = true;
      return failure(what);
    } else if (effect instanceof StoreRule.CrashAfter) {
      return operation.get().transform(done -> {
        isCrashed = true;
        return failure(what);
      });
    } else if (effect instanceof StoreRule.Before before) {
      before.action().run();
      return operation.get();
    } else if (effect instanceof StoreRule.After after) {
      return operation.get().map(done -> {
        after.action().accept(done);
        return done;
      });
    }
    throw new IllegalStateException(what);
  }

  /** Who died meanwhile does nothing and learns nothing. */
  private <T> Future<T> alive(Supplier<Future<T>> operation) {
    if (isCrashed) {
      return failure("this process has crashed");
    }
    return operation
        .get()
        .compose(answer ->
            isCrashed ? failure("this process has crashed") : Future.succeededFuture(answer));
  }

  private static <T> Future<T> failure(String what) {
    return Future.failedFuture(new StruckException(what));
  }
}
