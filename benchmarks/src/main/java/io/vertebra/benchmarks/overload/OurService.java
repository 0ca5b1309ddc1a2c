package io.vertebra.benchmarks.overload;

import io.vertebra.Node;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.guard.Work;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.contract.Request;
import io.vertebra.messaging.CallOptions;
import io.vertebra.observe.NodeView;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Ours, with the default limit. */
final class OurService implements Contender {
  /** One for the service, one for callers, one for what queues need. */
  static final int LOOPS = 3;

  static final Request<Ask, Answer> ASK =
      Request.of("overload.ask", Ask.class, Answer.class).readOnly();

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
  private final Node node = Node.create(vertx);
  private final Context caller = ((VertxInternal) vertx).createEventLoopContext();
  private final CallOptions options;
  // What is left in queues then need not be done.
  private volatile boolean closing;

  record Ask(int number) {}

  record Answer(long result) {}

  OurService(long costNanos, Duration deadline) {
    this(() -> costNanos, CallOptions.defaults().withTimeout(deadline));
  }

  /** A service that takes that long for a call, and calls with these options. */
  OurService(LongSupplier costNanos, CallOptions options) {
    this.options = options;
    Patience.await(node.deploy(() -> verticle(() -> closing ? 0 : costNanos.getAsLong())));
  }

  /** Takes that long for a call. */
  static ServiceVerticle verticle(LongSupplier costNanos) {
    return new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.request(
            ASK, ask -> Future.succeededFuture(new Answer(Work.compute(costNanos.getAsLong()))));
      }
    };
  }

  @Override
  public Context caller() {
    return caller;
  }

  @Override
  public Future<?> call() {
    return call(options);
  }

  /** Calls once, with other options. */
  Future<?> call(CallOptions other) {
    return node.bus().request(ASK, new Ask(1), other);
  }

  NodeView view() {
    return node.view();
  }

  @Override
  public void close() {
    closing = true;
    Patience.await(node.close().eventually(vertx::close));
  }
}
