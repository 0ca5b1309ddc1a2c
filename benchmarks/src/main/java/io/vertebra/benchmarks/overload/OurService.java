package io.vertebra.benchmarks.overload;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.contract.Request;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;

/** Ours, with the default limit. */
final class OurService implements Contender {
  /** One for the service, one for callers, one for what queues need. */
  static final int LOOPS = 3;

  private static final Request<Ask, Answer> ASK =
      Request.of("overload.ask", Ask.class, Answer.class);

  private final Vertx vertx;
  private final Node node;
  private final Context caller;
  private final CallOptions options;

  record Ask(int number) {}

  record Answer(long result) {}

  OurService(long costNanos, Duration deadline) {
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
    node = Node.create(vertx, NodeOptions.defaults());
    options = CallOptions.defaults().withTimeout(deadline);
    caller = ((VertxInternal) vertx).createEventLoopContext();
    Patience.await(node.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.request(ASK, ask -> Future.succeededFuture(new Answer(Work.compute(costNanos))));
      }
    }));
  }

  @Override
  public String name() {
    return "ours";
  }

  @Override
  public Context caller() {
    return caller;
  }

  @Override
  public Future<?> call() {
    return node.bus().request(ASK, new Ask(1), options);
  }

  @Override
  public void close() {
    Patience.await(node.close().eventually(vertx::close));
  }
}
