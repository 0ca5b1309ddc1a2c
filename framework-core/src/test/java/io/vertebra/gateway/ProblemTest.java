package io.vertebra.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.error.CallException;
import io.vertebra.error.ContractException;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.HandlerException;
import io.vertebra.error.IdempotencyException;
import io.vertebra.error.NodeException;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.SagaException;
import io.vertebra.error.VertebraException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.handler.HttpException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProblemTest {

  @Test
  void has_a_status_for_each_failure_of_a_call() {
    Duration second = Duration.ofSeconds(1);
    Map<VertebraException, Integer> statuses = Map.ofEntries(
        Map.entry(CallException.notServed("x"), 503),
        Map.entry(CallException.draining("x", "secret-node"), 503),
        Map.entry(OverloadedException.queueFull("x", 1, 1, second), 503),
        Map.entry(CallException.peerGone("x", "secret-node", false), 503),
        Map.entry(CallException.peerGone("x", "secret-node", true), 500),
        Map.entry(CallException.deadlineExceeded("x", second, true), 504),
        Map.entry(CallException.deadlineExceeded("x", second, false), 504),
        Map.entry(CallException.forbidden("x"), 403),
        Map.entry(CallException.cancelled("x", true), 500),
        Map.entry(HandlerException.threw("x", new IllegalStateException("secret")), 500),
        Map.entry(HandlerException.answeredNothing("x"), 500),
        Map.entry(HandlerException.undeclared("x", "Secret"), 500),
        Map.entry(ContractException.messageInvalid("x", "X.y: expected a text"), 400),
        Map.entry(ContractException.tooLarge("x", 2, 1), 413),
        Map.entry(ContractException.mismatch("x", "secret"), 500),
        Map.entry(IdempotencyException.conflict("x"), 409),
        Map.entry(IdempotencyException.stillRunning("x", second), 409),
        Map.entry(IdempotencyException.storeUnavailable("x", new RuntimeException("secret")), 503),
        Map.entry(NodeException.closed("secret-node"), 503),
        Map.entry(SagaException.logUnavailable("x", "1"), 503),
        Map.entry(SagaException.needsOperator("x", "1", "secret"), 500));
    statuses.forEach((failure, status) -> {
      Problem problem = Problem.of(failure);
      JsonObject json = new JsonObject(problem.toBuffer());
      assertThat(problem.status()).as(failure.getMessage()).isEqualTo(status);
      assertThat(json.fieldNames())
          .containsExactlyInAnyOrder("type", "title", "status", "detail", "code");
      assertThat(json.getString("type"))
          .isEqualTo("urn:vertebra:" + failure.code().id());
      assertThat(json.encode()).doesNotContainIgnoringCase("secret").doesNotContain("[VTB");
    });
  }

  @Test
  void keeps_the_status_that_the_router_gave_but_not_its_text() {
    Problem problem = Problem.of(new HttpException(415, "secret"));
    assertThat(problem.status()).isEqualTo(415);
    assertThat(problem.toBuffer().toString()).doesNotContain("secret");
    assertThat(Problem.of(404).toBuffer().toString()).contains(ErrorCode.NOT_FOUND.id());
  }
}
