package io.vertebra.benchmarks.hedge;

import io.vertebra.Node;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.contract.Request;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** A service of two instances that mostly answers within a few milliseconds. */
final class SlowAtTimes implements AutoCloseable {
  private static final Request<Ask, Answer> ASK =
      Request.of("hedge.ask", Ask.class, Answer.class).readOnly();
  private static final int INSTANCES = 2;
  private static final int SLOW_PERCENT = 2;
  private static final int SLOW_MILLIS = 200;
  private static final int COMMON_MILLIS = 4;

  private final Vertx vertx = Vertx.vertx();
  private final Node node = Node.create(vertx);
  private final Context caller = ((VertxInternal) vertx).createEventLoopContext();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong requests = new AtomicLong();

  record Ask(int number) {}

  record Answer(int number) {}

  SlowAtTimes() {
    Patience.await(node.deploy(Instance::new, INSTANCES));
  }

  private final class Instance extends ServiceVerticle {
    @Override
    protected void services(Services on) {
      on.request(ASK, this::answer);
    }

    private Future<Answer> answer(Ask ask, Call call) {
      requests.incrementAndGet();
      ThreadLocalRandom random = ThreadLocalRandom.current();
      int millis = random.nextInt(1, COMMON_MILLIS + 1)
          + (random.nextInt(100) < SLOW_PERCENT ? SLOW_MILLIS : 0);
      Promise<Answer> answer = Promise.promise();
      long timer = vertx.setTimer(millis, done -> answer.complete(new Answer(millis)));
      call.onCancel(() -> {
        vertx.cancelTimer(timer);
        answer.fail("nobody waits");
      });
      return answer.future();
    }
  }

  Context caller() {
    return caller;
  }

  Future<?> call(CallOptions options) {
    calls.incrementAndGet();
    return node.bus().request(ASK, new Ask(1), options);
  }

  /** Calls so far. */
  long calls() {
    return calls.get();
  }

  /** Requests that these calls have made so far. */
  long requests() {
    return requests.get();
  }

  @Override
  public void close() {
    Patience.await(node.close().eventually(vertx::close));
  }
}
