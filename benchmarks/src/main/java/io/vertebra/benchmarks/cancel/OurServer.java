package io.vertebra.benchmarks.cancel;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.guard.Work;
import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.limit.Limit;
import io.vertebra.limit.Slices;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Works for ever, until it is told that nobody waits. */
final class OurServer extends ServiceVerticle {
  private static final long STEP_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
  private static final Map<Kind, Request<Ask, Answer>> CONTRACTS = new EnumMap<>(Kind.class);

  static {
    for (Kind kind : Kind.values()) {
      CONTRACTS.put(kind, Request.of(kind.contract, Ask.class, Answer.class));
    }
  }

  private volatile Watched watched = new Watched();

  record Ask(int number) {}

  record Answer(int number) {}

  static Request<Ask, Answer> contract(Kind kind) {
    return Objects.requireNonNull(CONTRACTS.get(kind));
  }

  /** What the next call is seen by. */
  void watch(Watched next) {
    watched = next;
  }

  @Override
  protected void services(Services on) {
    on.request(contract(Kind.QUEUED), (ask, call) -> waits(call)).limitedTo(Limit.fixed(1));
    on.request(contract(Kind.RUNNING), (ask, call) -> waits(call));
    on.request(contract(Kind.SLICED), (ask, call) -> slices(call));
    on.cpuBound(contract(Kind.POOLED), (ask, call) -> computes(call));
  }

  private Future<Answer> waits(Call call) {
    Watched mine = watched;
    Promise<Answer> answer = Promise.promise();
    call.onCancel(() -> {
      mine.ends();
      answer.fail("nobody waits");
    });
    mine.begins();
    return answer.future();
  }

  private Future<Answer> slices(Call call) {
    Watched mine = watched;
    mine.begins();
    return Slices.loop(call, () -> Work.compute(STEP_NANOS) != 0)
        .map(done -> new Answer(1))
        .onComplete(ended -> mine.ends());
  }

  private Answer computes(Call call) {
    Watched mine = watched;
    mine.begins();
    try {
      while (Work.compute(Kind.SLICE_NANOS) != 0) {
        call.checkpoint();
      }
      return new Answer(1);
    } catch (CallException nobodyWaits) {
      mine.ends();
      throw nobodyWaits;
    }
  }
}
