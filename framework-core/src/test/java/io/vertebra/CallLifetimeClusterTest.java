package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.limit.Limit;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Deadlines and cancellation, over a link. */
class CallLifetimeClusterTest {
  record Work(String name) {}

  record Done(long millisLeft) {}

  static final Request<Work, Done> WORK = Request.of("shop.work", Work.class, Done.class);
  static final Request<Work, Done> FRONT = Request.of("shop.front", Work.class, Done.class);

  static final Duration SHORT = Duration.ofMillis(300);
  static final CallOptions HURRIED = CallOptions.defaults().withTimeout(SHORT);
  static final CallOptions PATIENT = CallOptions.defaults().withTimeout(Duration.ofSeconds(60));

  final TestCluster cluster = new TestCluster();
  Node caller;
  Node server;

  @BeforeEach
  void start() {
    caller = cluster.start();
    server = cluster.start();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  /** A handler that works until nobody waits any more. */
  static final class UntilCancelled {
    final Promise<Call> running = Promise.promise();
    final Promise<Boolean> cancelled = Promise.promise();

    Future<Done> handle(Call call) {
      Promise<Done> end = Promise.promise();
      call.onCancel(() -> {
        cancelled.complete(call.isCancelled());
        end.fail("nobody waits");
      });
      running.complete(call);
      return end.future();
    }
  }

  @Test
  void the_time_that_is_left_travels_with_a_call() {
    serve(
        server,
        WORK,
        (work, call) ->
            Future.succeededFuture(new Done(call.deadline().remaining().toMillis())));
    Done done = await(caller.bus().request(WORK, new Work("a"), PATIENT));
    assertThat(done.millisLeft()).isBetween(1L, 60_000L);
  }

  @Test
  void a_child_call_on_a_third_node_has_no_more_time_than_its_parent() {
    Node third = cluster.start();
    serve(
        third,
        WORK,
        (work, call) ->
            Future.succeededFuture(new Done(call.deadline().remaining().toMillis())));
    serve(server, FRONT, (work, call) -> call.request(WORK, work, PATIENT));
    Done done = await(caller
        .bus()
        .request(FRONT, new Work("a"), CallOptions.defaults().withTimeout(Duration.ofSeconds(20))));
    assertThat(done.millisLeft()).isBetween(1L, 20_000L);
  }

  @Test
  void a_handler_learns_that_its_callers_deadline_has_passed() {
    UntilCancelled handler = new UntilCancelled();
    serve(server, WORK, (work, call) -> handler.handle(call));
    VertebraException failure = failureOf(caller.bus().request(WORK, new Work("a"), HURRIED));
    assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(failure.mayHaveRun()).isTrue();
    assertThat(await(handler.cancelled.future())).isTrue();
  }

  @Test
  void a_deadline_cancels_down_to_the_third_node() {
    Node third = cluster.start();
    UntilCancelled handler = new UntilCancelled();
    serve(third, WORK, (work, call) -> handler.handle(call));
    serve(server, FRONT, (work, call) -> call.request(WORK, work, PATIENT));
    VertebraException failure = failureOf(caller.bus().request(FRONT, new Work("a"), HURRIED));
    assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(await(handler.cancelled.future())).isTrue();
  }

  @Test
  void calls_of_a_verticle_are_cancelled_on_other_nodes_when_it_is_undeployed() {
    UntilCancelled handler = new UntilCancelled();
    serve(server, WORK, (work, call) -> handler.handle(call));
    Promise<Void> failed = Promise.promise();
    String deployment = await(caller.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        bus().request(WORK, new Work("a"), PATIENT).onFailure(failed::fail);
      }
    }));
    await(handler.running.future());
    await(caller.vertx().undeploy(deployment));
    assertThat(failureOf(failed.future()).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(await(handler.cancelled.future())).isTrue();
  }

  @Test
  void a_caller_that_is_gone_has_its_calls_cancelled_where_they_run() {
    UntilCancelled handler = new UntilCancelled();
    serve(server, WORK, (work, call) -> handler.handle(call));
    caller.bus().request(WORK, new Work("a"), PATIENT);
    await(handler.running.future());
    cluster.crash(caller);
    assertThat(await(handler.cancelled.future())).isTrue();
  }

  @Test
  void work_that_still_waits_is_taken_back_when_its_caller_gives_up() {
    AtomicInteger started = new AtomicInteger();
    UntilCancelled first = new UntilCancelled();
    serve(server, WORK, Limit.fixed(1).withQueue(10, Duration.ofSeconds(30)), (work, call) -> {
      started.incrementAndGet();
      return work.name().equals("first") ? first.handle(call) : Future.succeededFuture(new Done(0));
    });
    Future<Done> running = caller
        .bus()
        .request(
            WORK, new Work("first"), CallOptions.defaults().withTimeout(Duration.ofSeconds(2)));
    await(first.running.future());
    VertebraException failure = failureOf(caller.bus().request(WORK, new Work("waits"), HURRIED));
    assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(started).hasValue(1);
    assertThat(failureOf(running).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    await(caller.bus().request(WORK, new Work("after"), PATIENT));
    assertThat(started).as("what was taken back never starts").hasValue(2);
  }

  @Test
  void what_is_not_needed_of_a_gathering_is_cancelled_on_its_node() {
    UntilCancelled slow = new UntilCancelled();
    serve(server, WORK, (work, call) -> slow.handle(call));
    serve(caller, WORK, (work, call) -> slow.running.future().map(runs -> new Done(0)));
    var gathered = await(
        caller.bus().gather(WORK, new Work("a")).within(Duration.ofSeconds(60)).first(1));
    assertThat(gathered.replies()).hasSize(1);
    assertThat(await(slow.cancelled.future())).isTrue();
  }
}
