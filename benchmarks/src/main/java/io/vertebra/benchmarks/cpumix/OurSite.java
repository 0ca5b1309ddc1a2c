package io.vertebra.benchmarks.cpumix;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.guard.Work;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.contract.Request;
import io.vertebra.limit.CpuOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;

/** Ours, with jobs on the CPU pool. */
final class OurSite implements Site {
  private static final Request<Ask, Answer> SMALL =
      Request.of("mix.small", Ask.class, Answer.class);
  private static final Request<Ask, Answer> JOB = Request.of("mix.job", Ask.class, Answer.class);

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
  private final Node node;
  private final Context caller = ((VertxInternal) vertx).createEventLoopContext();

  record Ask(int number) {}

  record Answer(long result) {}

  OurSite(long steps, int threads) {
    node = Node.create(
        vertx, NodeOptions.defaults().withCpu(CpuOptions.defaults().withThreads(threads)));
    Patience.await(node.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.request(SMALL, ask -> Future.succeededFuture(new Answer(ask.number())));
        on.cpuBound(JOB, ask -> new Answer(Work.steps(steps)));
      }
    }));
  }

  @Override
  public Context caller() {
    return caller;
  }

  @Override
  public Future<?> small() {
    return node.bus().request(SMALL, new Ask(1));
  }

  @Override
  public Future<?> job() {
    return node.bus().request(JOB, new Ask(1));
  }

  @Override
  public void close() {
    Patience.await(node.close().eventually(vertx::close));
  }
}
