package io.vertebra.messaging;

import static io.vertebra.OneNode.resultOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.NodeOptions;
import io.vertebra.OneNode;
import io.vertebra.contract.Request;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A caller that expects the worst of those it calls. */
class CautiousCallerTest {
  record Pay(String order, int cents) {}

  record Paid(String receipt) {}

  record Look(String article) {}

  record Price(int cents) {}

  // #region contracts
  static final Request<Pay, Paid> PAY =
      Request.of("payment.pay", Pay.class, Paid.class).idempotentBy(Pay::order);
  static final Request<Look, Price> PRICE =
      Request.of("prices.look-up", Look.class, Price.class).readOnly();
  // #endregion contracts

  static final int LIST_PRICE = 1999;

  @RegisterExtension
  final OneNode one = new OneNode();

  static CallOptions retrying() {
    // #region retry
    CallOptions options = CallOptions.defaults()
        .withTimeout(Duration.ofSeconds(3))
        .withRetry(CallRetry.defaults().withAttemptTimeout(Duration.ofSeconds(1)));
    // #endregion retry
    return options;
  }

  static Future<Price> hedged(Bus bus) {
    // #region hedge
    CallOptions options = CallOptions.defaults().withHedge(Hedge.defaults());
    Future<Price> price = bus.request(PRICE, new Look("chair"), options);
    // #endregion hedge
    return price;
  }

  static Future<Price> withFallback(Bus bus) {
    // #region fallback
    CallOptions options = CallOptions.defaults()
        .withRetry(CallRetry.defaults())
        .orElse(PRICE, failure -> new Price(LIST_PRICE));
    Future<Price> price = bus.request(PRICE, new Look("chair"), options);
    // #endregion fallback
    return price;
  }

  static NodeOptions node() {
    // #region node
    NodeOptions options = NodeOptions.fromJson(new JsonObject("""
        {
          "callLimits": {"payment.pay": 64},
          "breakers": ["payment.pay"]
        }
        """));
    // #endregion node
    return options;
  }

  @Test
  void an_attempt_that_gets_stuck_is_made_again_under_the_same_id() {
    AtomicInteger attempts = new AtomicInteger();
    one.serve(on -> on.request(PAY, (pay, call) -> {
      if (attempts.incrementAndGet() > 1) {
        return Future.succeededFuture(new Paid(call.metadata().messageId()));
      }
      Promise<Paid> stuck = Promise.promise();
      call.onCancel(() -> stuck.fail("nobody waits"));
      return stuck.future();
    }));
    CallOptions options = retrying().withTimeout(Duration.ofMinutes(5)).withMessageId("pay-1");

    assertThat(
            resultOf(one.bus().request(PAY, new Pay("order-1", 100), options)).receipt())
        .isEqualTo("pay-1");
    assertThat(attempts.get()).isEqualTo(2);
  }

  @Test
  void a_read_only_contract_may_be_hedged_and_a_fallback_answers_for_who_is_not_there() {
    assertThat(resultOf(withFallback(one.bus())).cents()).isEqualTo(LIST_PRICE);
    one.serve(on -> on.request(PRICE, look -> Future.succeededFuture(new Price(1500))));

    assertThat(resultOf(hedged(one.bus())).cents()).isEqualTo(1500);
    assertThat(resultOf(withFallback(one.bus())).cents()).isEqualTo(1500);
  }

  @Test
  void an_operator_restrains_a_node_in_its_configuration() {
    assertThat(node().callLimits()).containsEntry("payment.pay", 64);
    assertThat(node().breakers()).containsExactly("payment.pay");
  }
}
