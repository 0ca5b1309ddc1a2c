package io.vertebra.benchmarks.cascade;

import io.vertebra.Node;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.guard.Work;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.contract.Request;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.stream.IntStream;

/** Ours: children are called through the call that they belong to. */
final class OurChain implements Chain {
  private static final List<Request<Ask, Answer>> LEVEL = IntStream.rangeClosed(1, LEVELS)
      .mapToObj(level -> Request.of("cascade.level" + level, Ask.class, Answer.class))
      .toList();

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
  private final Node node = Node.create(vertx);
  private final Context caller = ((VertxInternal) vertx).createEventLoopContext();
  private final CallOptions options = CallOptions.defaults().withTimeout(DEADLINE);
  private final Wasted wasted = new Wasted();

  record Ask(long rootDeadline) {}

  record Answer(long result) {}

  OurChain() {
    for (int level = 1; level <= LEVELS; level++) {
      int mine = level;
      Patience.await(node.deploy(() -> new ServiceVerticle() {
        @Override
        protected void services(Services on) {
          on.request(LEVEL.get(mine - 1), (ask, call) -> answer(mine, ask, call));
        }
      }));
    }
  }

  private Future<Answer> answer(int level, Ask ask, Call call) {
    wasted.beginsBefore(call.deadline().nanoTime());
    wasted.begins(ask.rootDeadline());
    long result = Work.compute(Chain.costNanos(level));
    return level == LEVELS
        ? Future.succeededFuture(new Answer(result))
        : call.request(LEVEL.get(level), ask);
  }

  @Override
  public Context caller() {
    return caller;
  }

  @Override
  public Future<?> call() {
    return node.bus()
        .request(LEVEL.get(0), new Ask(System.nanoTime() + DEADLINE.toNanos()), options);
  }

  @Override
  public Wasted wasted() {
    return wasted;
  }

  @Override
  public void close() {
    Patience.await(node.close().eventually(vertx::close));
  }
}
