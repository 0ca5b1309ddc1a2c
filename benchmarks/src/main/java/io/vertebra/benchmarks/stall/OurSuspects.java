package io.vertebra.benchmarks.stall;

import io.vertebra.Node;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.guard.Work;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.contract.Request;
import io.vertebra.dispatch.Engine;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Ours, with default options. */
final class OurSuspects implements Suspects {
  private static final List<Request<Ask, Answer>> REQUESTS = IntStream.range(0, CONTRACTS)
      .mapToObj(number -> Request.of(Suspects.name(number), Ask.class, Answer.class))
      .toList();
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofSeconds(30));

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(4));
  private final Node node = Node.create(vertx);
  private final Context caller = ((VertxInternal) vertx).createEventLoopContext();
  /** Stands for code of no contract, such as what loads classes when a loop starts. */
  private static final String NOBODY = "no contract";

  private final LinkedBlockingQueue<Suspect> named = new LinkedBlockingQueue<>();
  private final AtomicReference<@Nullable Holding> next = new AtomicReference<>();

  record Ask(boolean holds) {}

  record Answer(long begunAt) {}

  OurSuspects() {
    Patience.await(node.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        REQUESTS.forEach(request -> on.request(request, OurSuspects.this::answer));
      }
    }));
    // On the thread that looks, as the peer tells it.
    Engine.of(node.bus()).guard().listen(this::happened);
  }

  private void happened(GuardEvent event) {
    if (event.kind() == GuardEvent.Kind.STALLED && !event.contract().equals(NOBODY)) {
      named.add(new Suspect(System.nanoTime(), event.contract(), event.reason()));
    }
  }

  private Future<Answer> answer(Ask ask) {
    long begunAt = System.nanoTime();
    Holding holding = ask.holds() ? next.getAndSet(null) : null;
    if (holding == null) {
      Work.compute(SMALL_NANOS);
    } else {
      holding.hold();
    }
    return Future.succeededFuture(new Answer(begunAt));
  }

  @Override
  public Context caller() {
    return caller;
  }

  @Override
  public Future<?> small(int contract) {
    return node.bus().request(REQUESTS.get(contract), new Ask(false), PATIENT);
  }

  @Override
  public Future<Long> hold(int contract, Holding holding) {
    next.set(holding);
    return node.bus().request(REQUESTS.get(contract), new Ask(true), PATIENT).map(Answer::begunAt);
  }

  @Override
  public String watcher() {
    return "vertebra-stalls-";
  }

  @Override
  public List<Suspect> named() {
    List<Suspect> all = new ArrayList<>();
    named.drainTo(all);
    return all;
  }

  @Override
  public void close() {
    Patience.await(node.close().eventually(vertx::close));
  }
}
