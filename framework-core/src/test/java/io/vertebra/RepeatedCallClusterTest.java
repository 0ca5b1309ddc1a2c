package io.vertebra;

import static io.vertebra.TestCluster.failureOf;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.CallRetry;
import io.vertebra.messaging.GuardEvent;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Only one layer retries, on whatever nodes the others are. */
class RepeatedCallClusterTest {
  record Ask(int number) {}

  record Answer(int number) {}

  static final Request<Ask, Answer> OUTER = Request.of("layers.outer", Ask.class, Answer.class);
  static final Request<Ask, Answer> INNER = Request.of("layers.inner", Ask.class, Answer.class);
  static final Request<Ask, Answer> NOBODY = Request.of("layers.nobody", Ask.class, Answer.class);
  static final CallOptions ONCE = CallOptions.defaults().withTimeout(Duration.ofMinutes(1));
  static final CallOptions RETRY = ONCE.withRetry(
      CallRetry.defaults().withBackoff(Duration.ofNanos(1_000), Duration.ofMillis(1)));

  private final TestCluster cluster = new TestCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void what_is_made_for_a_repeated_call_is_not_repeated_two_nodes_further_on() {
    Node caller = cluster.start();
    Node outer = cluster.start();
    Node inner = cluster.start();
    serve(inner, INNER, (ask, call) -> call.request(NOBODY, ask, RETRY));
    serve(outer, OUTER, (ask, call) -> call.request(INNER, ask, ONCE));

    failureOf(caller.bus().request(OUTER, new Ask(1), ONCE));
    assertThat(retried(inner)).isEqualTo(2);
    failureOf(caller.bus().request(OUTER, new Ask(2), ONCE.withAttempt(2)));
    assertThat(retried(inner)).as("as before").isEqualTo(2);
  }

  private static long retried(Node node) {
    return node.view().guarded(GuardEvent.Kind.RETRIED, NOBODY.id(), "not-served");
  }
}
