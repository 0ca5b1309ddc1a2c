package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.error.ErrorCode;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.VertebraException;
import io.vertebra.limit.Limit;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Criticality;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node learns from the refusals of another. */
class RefusalClusterTest {
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(5));

  private final TestCluster cluster = new TestCluster();
  private final Node server = cluster.start();
  private final Node caller = cluster.start();
  private final Promise<Shop.Reserved> held = Promise.promise();

  @AfterEach
  void stop() {
    cluster.close();
  }

  /** A call that has the only permit of a service without a queue until {@link #held} is completed. */
  private Future<Shop.Reserved> holdTheOnlyPermit() {
    Limit one = Limit.fixed(1).withQueue(0, Duration.ZERO);
    serve(server, Shop.RESERVE, one, (reserve, call) -> held.future());
    return caller.bus().request(Shop.RESERVE, Shop.reserve(0), PATIENT);
  }

  @Test
  void a_refusal_says_when_to_ask_again_and_a_node_that_refuses_most_is_asked_less() {
    Future<Shop.Reserved> running = holdTheOnlyPermit();
    for (int i = 1; i <= 400; i++) {
      VertebraException refused =
          failureOf(caller.bus().request(Shop.RESERVE, Shop.reserve(i), PATIENT));
      assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
      assertThat(refused.mayHaveRun()).isFalse();
      assertThat(((OverloadedException) refused).retryAfter())
          .isGreaterThanOrEqualTo(Duration.ZERO);
    }
    long throttled =
        caller.view().guarded(GuardEvent.Kind.THROTTLED, "stock.reserve", "mostly-refused");

    assertThat(throttled).isPositive();
    assertThat(server.view().contract("stock.reserve").rejected()).isEqualTo(400 - throttled);
    held.complete(new Shop.Reserved("", 0));
    await(running);
  }

  @Test
  void refusals_of_calls_that_matter_little_hold_back_none_that_matter() {
    Future<Shop.Reserved> running = holdTheOnlyPermit();
    CallOptions sheddable = PATIENT.withCriticality(Criticality.SHEDDABLE);
    for (int i = 0; i < 400; i++) {
      failureOf(caller.bus().request(Shop.RESERVE, Shop.reserve(i), sheddable));
    }
    long throttled =
        caller.view().guarded(GuardEvent.Kind.THROTTLED, "stock.reserve", "mostly-refused");
    for (int i = 0; i < 40; i++) {
      failureOf(caller.bus().request(Shop.RESERVE, Shop.reserve(i), PATIENT));
    }

    assertThat(throttled).isPositive();
    assertThat(caller.view().guarded(GuardEvent.Kind.THROTTLED, "stock.reserve", "mostly-refused"))
        .isEqualTo(throttled);
    assertThat(server.view().contract("stock.reserve").rejected()).isEqualTo(440 - throttled);
    held.complete(new Shop.Reserved("", 0));
    await(running);
  }
}
