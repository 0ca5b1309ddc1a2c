package io.vertebra.dispatch;

import static io.vertebra.OneNode.resultOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneTest {
  private static final long TASK_NANOS = 20_000;

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    resultOf(vertx.close());
  }

  @Test
  void timers_and_sockets_have_their_turn_while_there_is_always_more_to_do() {
    EventLoop loop = ((VertxInternal) vertx).nettyEventLoopGroup().next();
    Lane lane = new Lane(loop, 0);
    AtomicInteger tasks = new AtomicInteger();
    AtomicBoolean fired = new AtomicBoolean();
    Promise<Void> ended = Promise.promise();
    Runnable busy = new Runnable() {
      @Override
      public void run() {
        for (long began = System.nanoTime(); System.nanoTime() - began < TASK_NANOS; ) {
          Thread.onSpinWait();
        }
        tasks.incrementAndGet();
        if (fired.get()) {
          ended.complete();
        } else {
          lane.post(this);
        }
      }
    };
    loop.execute(() -> {
      loop.schedule(() -> fired.set(true), 1, TimeUnit.MILLISECONDS);
      lane.post(busy);
    });
    resultOf(ended.future());

    // A turn has at most 512 tasks; as tasks of the loop, turns would go on for a second.
    assertThat(tasks.get()).isLessThan(5_000);
  }
}
