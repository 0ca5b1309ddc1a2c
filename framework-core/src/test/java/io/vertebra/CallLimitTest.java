package io.vertebra;

import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.charge;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertebra.Shop.Charged;
import io.vertebra.Shop.Reserved;
import io.vertebra.error.ErrorCode;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Cancellation;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How many calls of a contract a node may wait for. */
class CallLimitTest {
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(5));

  @RegisterExtension
  final OneNode one = new OneNode(NodeOptions.defaults()
      .withDrainTimeout(Duration.ofMillis(200))
      .withCallLimit("stock.reserve", 2));

  @Test
  void one_slow_service_cannot_take_all_that_its_callers_have() {
    Promise<Reserved> held = Promise.promise();
    one.serve(on -> {
      on.request(RESERVE, reserve -> held.future());
      on.request(CHARGE, charge -> Future.succeededFuture(new Charged("")));
    });
    Cancellation cancellation = Cancellation.create();
    Future<Reserved> first = one.bus().request(RESERVE, reserve(1), PATIENT);
    Future<Reserved> second =
        one.bus().request(RESERVE, reserve(2), PATIENT.withCancellation(cancellation));
    var refused = failureOf(one.bus().request(RESERVE, reserve(3), PATIENT));

    assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(refused.mayHaveRun()).isFalse();
    assertThat(refused).hasMessageContaining("waits for 2 calls");
    resultOf(one.bus().request(CHARGE, charge(1), PATIENT));
    cancellation.cancel();
    failureOf(second);
    Future<Reserved> third = one.bus().request(RESERVE, reserve(4), PATIENT);
    held.complete(new Reserved("", 0));
    resultOf(first);
    resultOf(third);
    resultOf(one.bus().request(RESERVE, reserve(5), PATIENT));
  }

  @Test
  void less_than_one_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NodeOptions.defaults().withCallLimit("stock.reserve", 0));
  }
}
