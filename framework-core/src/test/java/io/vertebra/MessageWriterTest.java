package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.error.ErrorCode;
import io.vertebra.limit.Limit;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.CallRetry;
import io.vertebra.messaging.MessageWriter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Producers that are faster than whoever serves their messages. */
class MessageWriterTest {
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(5));
  private static final int UNDER_WAY = 64;

  private final TestCluster cluster = new TestCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void every_message_is_handled_once_however_often_it_was_refused() {
    int count = 1_000;
    Node server = cluster.start();
    Node producer = cluster.start();
    BitSet handled = new BitSet();
    AtomicInteger twice = new AtomicInteger();
    Limit small = Limit.fixed(4).withQueue(4, Duration.ofMillis(100));
    serve(server, Shop.RESERVE, small, (reserve, call) -> {
      if (handled.get(reserve.quantity())) {
        twice.incrementAndGet();
      }
      handled.set(reserve.quantity());
      Promise<Shop.Reserved> later = Promise.promise();
      server.vertx().setTimer(1, on -> later.complete(new Shop.Reserved(reserve.order(), 0)));
      return later.future();
    });
    AtomicInteger answered = new AtomicInteger();
    Promise<Void> end = Promise.promise();
    producer.vertx().getOrCreateContext().runOnContext(start -> {
      MessageWriter<Shop.Reserve, Shop.Reserved> writer =
          producer.bus().writer(Shop.RESERVE, PATIENT);
      write(writer, 0, count, answered, end);
    });
    await(end.future());
    assertThat(answered).hasValue(count);
    assertThat(handled.cardinality()).isEqualTo(count);
    assertThat(twice).hasValue(0);
    assertThat(server.view().contract("stock.reserve").rejected())
        .as("refusals")
        .isPositive();
  }

  /** Writes while there is room, and goes on when there is again. */
  private static void write(
      MessageWriter<Shop.Reserve, Shop.Reserved> writer,
      int from,
      int count,
      AtomicInteger answered,
      Promise<Void> end) {
    // #region write
    int next = from;
    while (next < count && !writer.writeQueueFull()) {
      writer.send(Shop.reserve(next)).onSuccess(reserved -> answered.incrementAndGet());
      next++;
    }
    int rest = next;
    if (rest == count) {
      writer.end().onComplete(end);
    } else {
      writer.drainHandler(drained -> write(writer, rest, count, answered, end));
    }
    // #endregion write
  }

  @Test
  void a_full_writer_says_so_then_refuses_and_takes_messages_again() {
    Node node = cluster.start();
    Promise<Void> go = Promise.promise();
    serve(
        node,
        Shop.RESERVE,
        Limit.fixed(UNDER_WAY),
        (reserve, call) -> go.future().map(on -> new Shop.Reserved(reserve.order(), 0)));
    MessageWriter<Shop.Reserve, Shop.Reserved> writer = node.bus().writer(Shop.RESERVE, PATIENT);
    Promise<Void> drained = Promise.promise();
    writer.drainHandler(drained::complete);
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    writer.exceptionHandler(failures::add);
    List<Future<Shop.Reserved>> sent = new ArrayList<>();
    for (int i = 0; i < UNDER_WAY; i++) {
      sent.add(writer.send(Shop.reserve(i)));
    }
    while (writer.waiting() > 0) {
      Thread.onSpinWait();
    }
    writer.setWriteQueueMaxSize(2);
    assertThat(writer.writeQueueFull()).isFalse();
    for (int i = 0; i < 4; i++) {
      sent.add(writer.send(Shop.reserve(i)));
    }
    assertThat(writer.writeQueueFull()).isTrue();
    assertThat(failureOf(writer.write(Shop.reserve(5))).code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(failures).hasSize(1);
    go.complete();
    await(drained.future());
    await(Future.all(sent));
    await(writer.write(Shop.reserve(6)));
    await(writer.end());
    assertThatThrownBy(() -> await(writer.send(Shop.reserve(7))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("stock.reserve");
  }

  @Test
  void a_message_that_is_refused_until_its_time_is_over_fails() {
    Node node = cluster.start();
    Promise<Shop.Reserved> never = Promise.promise();
    serve(
        node,
        Shop.RESERVE,
        Limit.fixed(1).withQueue(0, Duration.ZERO),
        (reserve, call) -> never.future());
    Future<Shop.Reserved> running = node.bus().request(Shop.RESERVE, Shop.reserve(0), PATIENT);
    MessageWriter<Shop.Reserve, Shop.Reserved> writer =
        node.bus().writer(Shop.RESERVE, CallOptions.defaults().withTimeout(Duration.ofMillis(100)));
    assertThat(failureOf(writer.send(Shop.reserve(1))).mayHaveRun()).isFalse();
    await(writer.end());
    never.complete(new Shop.Reserved("", 0));
    await(running);
  }

  @Test
  void options_that_repeat_calls_are_refused() {
    Node node = cluster.start();
    CallOptions repeating = CallOptions.defaults().withRetry(CallRetry.defaults());
    assertThatThrownBy(() -> node.bus().writer(Shop.RESERVE, repeating))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stock.reserve");
  }
}
