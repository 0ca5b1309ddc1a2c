package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.VertebraException;
import io.vertebra.limit.Limit;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallOptions;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a call ends whose handler is on another node. Where the bare event bus times out, each has a code of its own. */
class CallOutcomesClusterTest {
  record Question(String text) {
    Question {
      if (text.equals("unreadable")) {
        throw new IllegalArgumentException("no such question");
      }
    }
  }

  record Answer(String text) {}

  record Nobody(String who) {}

  record NotDeclared(String who) {}

  static final Request<Question, Answer> ASK =
      Request.of("oracle.ask", Question.class, Answer.class).failsWith(Nobody.class);
  static final Duration LONG = Duration.ofSeconds(30);
  static final CallOptions PATIENT = CallOptions.defaults().withTimeout(LONG);

  final TestCluster cluster = new TestCluster();
  Node caller;
  Node server;

  @BeforeEach
  void start() {
    caller = cluster.start();
    server = cluster.start(
        NodeOptions.defaults().withMaxFrame(64 * 1024).withDrainTimeout(Duration.ofMillis(500)));
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private VertebraException outcomeOf(Function<Call, Future<Answer>> handler) {
    serve(server, ASK, (question, call) -> handler.apply(call));
    return failureOf(ask("why"));
  }

  private Future<Answer> ask(String text) {
    return caller.bus().request(ASK, new Question(text), PATIENT);
  }

  private static void assertOutcome(VertebraException failure, ErrorCode code, boolean mayHaveRun) {
    assertThat(failure.code()).as(failure.getMessage()).isEqualTo(code);
    assertThat(failure.mayHaveRun()).as(failure.getMessage()).isEqualTo(mayHaveRun);
  }

  @Test
  void a_reply_arrives() {
    serve(
        server, ASK, (question, call) -> Future.succeededFuture(new Answer(question.text() + "?")));
    assertThat(await(ask("why"))).isEqualTo(new Answer("why?"));
  }

  @Test
  void a_reply_arrives_whatever_format_each_node_writes() {
    Node cbor = cluster.start(NodeOptions.defaults().withFormat(Format.CBOR));
    serve(cbor, ASK, (question, call) -> Future.succeededFuture(new Answer(question.text() + "?")));
    assertThat(await(ask("why"))).isEqualTo(new Answer("why?"));

    Request<Question, Answer> back = Request.of("oracle.ask-back", Question.class, Answer.class);
    serve(caller, back, (question, call) -> Future.succeededFuture(new Answer("so")));
    assertThat(await(cbor.bus().request(back, new Question("why")))).isEqualTo(new Answer("so"));
  }

  @Test
  void a_declared_failure_arrives_as_its_record_whatever_format_each_node_writes() {
    Node cbor = cluster.start(NodeOptions.defaults().withFormat(Format.CBOR));
    serve(cbor, ASK, (question, call) -> call.fail(new Nobody("Ada")));
    VertebraException failure = failureOf(ask("why"));
    assertOutcome(failure, ErrorCode.DECLARED, true);
    assertThat(((DeclaredFailure) failure).failure()).isEqualTo(new Nobody("Ada"));
  }

  @Test
  void a_declared_failure_arrives_as_its_record() {
    VertebraException failure = outcomeOf(call -> call.fail(new Nobody("Ada")));
    assertOutcome(failure, ErrorCode.DECLARED, true);
    assertThat(((DeclaredFailure) failure).failure()).isEqualTo(new Nobody("Ada"));
  }

  @Test
  void a_thrown_declared_failure_arrives_as_its_record() {
    VertebraException failure = outcomeOf(call -> {
      throw call.failure(new Nobody("Ada"));
    });
    assertThat(((DeclaredFailure) failure).failure()).isEqualTo(new Nobody("Ada"));
  }

  @Test
  void an_undeclared_failure_is_refused_by_name() {
    VertebraException failure = outcomeOf(call -> call.fail(new NotDeclared("Ada")));
    assertOutcome(failure, ErrorCode.FAILURE_UNDECLARED, true);
    assertThat(failure).hasMessageContaining("NotDeclared").hasMessageNotContaining("Ada");
  }

  @Test
  void a_declared_failure_that_cannot_be_written_still_ends_the_call() {
    VertebraException failure = outcomeOf(call -> call.fail(new Nobody(null)));
    assertOutcome(failure, ErrorCode.REPLY_INVALID, true);
    assertThat(failure).hasMessageContaining("who");
  }

  @Test
  void a_declared_failure_larger_than_a_frame_still_ends_the_call() {
    VertebraException failure = outcomeOf(call -> call.fail(new Nobody("x".repeat(70_000))));
    assertOutcome(failure, ErrorCode.REPLY_INVALID, true);
    assertThat(failure).hasMessageContaining("65536");
  }

  @Test
  void a_handler_that_throws_fails_the_call_at_once() {
    VertebraException failure = outcomeOf(call -> {
      throw new IllegalStateException("the secret of Ada");
    });
    assertOutcome(failure, ErrorCode.HANDLER_FAILED, true);
    assertThat(failure)
        .hasMessageContaining("IllegalStateException")
        .hasMessageNotContaining("secret");
  }

  @Test
  void a_handler_that_throws_an_error_fails_the_call_at_once() {
    assertOutcome(
        outcomeOf(call -> {
          throw new StackOverflowError();
        }),
        ErrorCode.HANDLER_FAILED,
        true);
  }

  @Test
  void a_handler_whose_future_fails_fails_the_call_at_once() {
    assertOutcome(
        outcomeOf(call -> Future.failedFuture(new IllegalStateException("no"))),
        ErrorCode.HANDLER_FAILED,
        true);
  }

  @Test
  void a_handler_that_fails_because_of_its_own_call_does_not_pass_for_that_call() {
    VertebraException failure =
        outcomeOf(call -> Future.failedFuture(CallException.notServed("somebody.else")));
    assertOutcome(failure, ErrorCode.HANDLER_FAILED, true);
  }

  @Test
  void a_handler_that_returns_null_fails_the_call_at_once() {
    assertOutcome(outcomeOf(call -> null), ErrorCode.HANDLER_FAILED, true);
  }

  @Test
  void a_handler_whose_future_holds_null_fails_the_call_at_once() {
    assertOutcome(outcomeOf(call -> Future.succeededFuture()), ErrorCode.HANDLER_FAILED, true);
  }

  @Test
  void a_reply_that_cannot_be_written_names_the_field() {
    VertebraException failure = outcomeOf(call -> Future.succeededFuture(new Answer(null)));
    assertOutcome(failure, ErrorCode.REPLY_INVALID, true);
    assertThat(failure).hasMessageContaining("Answer.text");
  }

  @Test
  void a_reply_larger_than_a_frame_of_its_node_says_so() {
    VertebraException failure =
        outcomeOf(call -> Future.succeededFuture(new Answer("x".repeat(70_000))));
    assertOutcome(failure, ErrorCode.REPLY_INVALID, true);
    assertThat(failure).hasMessageContaining("65536");
  }

  @Test
  void a_reply_larger_than_a_frame_of_the_caller_says_so() {
    Node small = cluster.start(NodeOptions.defaults().withMaxFrame(8 * 1024));
    serve(server, ASK, (question, call) -> Future.succeededFuture(new Answer("x".repeat(10_000))));
    VertebraException failure = failureOf(small.bus().request(ASK, new Question("why"), PATIENT));
    assertOutcome(failure, ErrorCode.REPLY_INVALID, true);
    assertThat(failure).hasMessageContaining("8192");
  }

  @Test
  void a_message_larger_than_a_frame_of_the_caller_is_not_sent() {
    Node small = cluster.start(NodeOptions.defaults().withMaxFrame(8 * 1024));
    serve(server, ASK, (question, call) -> Future.succeededFuture(new Answer("so")));
    VertebraException failure =
        failureOf(small.bus().request(ASK, new Question("x".repeat(10_000)), PATIENT));
    assertOutcome(failure, ErrorCode.MESSAGE_TOO_LARGE, false);
  }

  @Test
  void a_message_larger_than_a_frame_of_the_server_is_not_run() {
    serve(server, ASK, (question, call) -> Future.succeededFuture(new Answer("so")));
    VertebraException failure = failureOf(ask("x".repeat(70_000)));
    assertOutcome(failure, ErrorCode.MESSAGE_TOO_LARGE, false);
    assertThat(failure).hasMessageContaining("65536");
  }

  @Test
  void keys_larger_than_a_header_may_be_are_refused_by_the_caller() {
    serve(server, ASK, (question, call) -> Future.succeededFuture(new Answer("so")));
    VertebraException failure = failureOf(
        caller.bus().request(ASK, new Question("why"), PATIENT.withMessageId("x".repeat(20_000))));
    assertOutcome(failure, ErrorCode.MESSAGE_TOO_LARGE, false);
    assertThat(failure).hasMessageContaining("16384");
  }

  @Test
  void a_message_that_cannot_be_written_names_the_field() {
    serve(server, ASK, (question, call) -> Future.succeededFuture(new Answer("so")));
    record Loose(String text) {}
    Request<Loose, Answer> loose =
        Request.of("oracle.ask", Loose.class, Answer.class).failsWith(Nobody.class);
    VertebraException failure = failureOf(caller.bus().request(loose, new Loose(null), PATIENT));
    assertOutcome(failure, ErrorCode.MESSAGE_INVALID, false);
    assertThat(failure).hasMessageContaining("Loose.text");
  }

  @Test
  void a_message_that_the_server_cannot_read_is_not_run() {
    serve(server, ASK, (question, call) -> Future.succeededFuture(new Answer("so")));
    record Loose(String text) {}
    Request<Loose, Answer> loose =
        Request.of("oracle.ask", Loose.class, Answer.class).failsWith(Nobody.class);
    VertebraException failure =
        failureOf(caller.bus().request(loose, new Loose("unreadable"), PATIENT));
    assertOutcome(failure, ErrorCode.MESSAGE_INVALID, false);
    assertThat(failure).hasMessageContaining("Question");
  }

  @Test
  void a_contract_that_nobody_serves_is_not_waited_for() {
    assertOutcome(failureOf(ask("why")), ErrorCode.NOT_SERVED, false);
  }

  @Test
  void an_undeployed_verticle_is_not_called_any_more() {
    String deployment =
        serve(server, ASK, (question, call) -> Future.succeededFuture(new Answer("so")));
    await(ask("why"));
    await(server.vertx().undeploy(deployment));
    assertOutcome(failureOf(ask("why")), ErrorCode.NOT_SERVED, false);
  }

  @Test
  void a_verticle_that_is_undeployed_finishes_what_it_has() {
    Promise<Answer> answer = Promise.promise();
    Promise<Void> running = Promise.promise();
    String deployment = serve(server, ASK, (question, call) -> {
      running.tryComplete(); // one more call may come before the server has stopped
      return answer.future();
    });
    Future<Answer> asked = ask("why");
    await(running.future());
    Future<Void> undeployed = server.vertx().undeploy(deployment);
    assertOutcome(failureOf(retryUntilNotServed()), ErrorCode.NOT_SERVED, false);
    assertThat(undeployed.isComplete()).isFalse();
    answer.complete(new Answer("so"));
    assertThat(await(asked)).isEqualTo(new Answer("so"));
    await(undeployed);
  }

  /** Until the server has stopped taking calls, one more would wait for the same answer. */
  private Future<Answer> retryUntilNotServed() {
    return caller
        .bus()
        .request(
            ASK, new Question("again"), CallOptions.defaults().withTimeout(Duration.ofMillis(200)))
        .recover(failure -> ((VertebraException) failure).code() == ErrorCode.DEADLINE_EXCEEDED
            ? retryUntilNotServed()
            : Future.failedFuture(failure));
  }

  @Test
  void a_server_without_room_says_when_to_come_back() {
    Promise<Answer> answer = Promise.promise();
    Promise<Void> running = Promise.promise();
    serve(server, ASK, Limit.fixed(1).withQueue(0, Duration.ofMillis(250)), (question, call) -> {
      running.complete();
      return answer.future();
    });
    Future<Answer> first = ask("why");
    await(running.future());
    VertebraException failure = failureOf(ask("why"));
    assertOutcome(failure, ErrorCode.OVERLOADED, false);
    assertThat(((OverloadedException) failure).retryAfter()).isEqualTo(Duration.ofMillis(250));
    answer.complete(new Answer("so"));
    await(first);
  }

  @Test
  void a_server_that_goes_away_while_it_runs_a_call_may_have_run_it() {
    Promise<Void> running = Promise.promise();
    serve(server, ASK, (question, call) -> {
      running.complete();
      return Promise.<Answer>promise().future();
    });
    Future<Answer> asked = ask("why");
    await(running.future());
    cluster.crash(server);
    assertOutcome(failureOf(asked), ErrorCode.PEER_GONE, true);
    assertOutcome(failureOf(ask("why")), ErrorCode.NOT_SERVED, false);
  }

  @Test
  void calls_after_a_server_went_away_go_to_another() {
    Promise<Void> running = Promise.promise();
    serve(server, ASK, (question, call) -> {
      running.complete();
      return Promise.<Answer>promise().future();
    });
    Future<Answer> asked = ask("why");
    await(running.future());
    Node other = cluster.start();
    serve(other, ASK, (question, call) -> Future.succeededFuture(new Answer("other")));
    cluster.crash(server);
    assertOutcome(failureOf(asked), ErrorCode.PEER_GONE, true);
    for (int i = 0; i < 20; i++) {
      assertThat(await(ask("why"))).isEqualTo(new Answer("other"));
    }
  }

  @Test
  void a_node_that_closes_ends_the_calls_that_it_made() {
    Promise<Void> running = Promise.promise();
    serve(server, ASK, (question, call) -> {
      Promise<Answer> never = Promise.promise();
      call.onCancel(() -> never.fail("cancelled"));
      running.complete();
      return never.future();
    });
    Future<Answer> asked = ask("why");
    Promise<Answer> outcome = Promise.promise();
    asked.onComplete(outcome);
    await(running.future());
    cluster.stop(caller);
    assertOutcome(failureOf(outcome.future()), ErrorCode.CANCELLED, true);
  }
}
