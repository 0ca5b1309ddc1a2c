package io.vertebra.observe;

import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.charge;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertebra.NodeOptions;
import io.vertebra.OneNode;
import io.vertebra.Shop.Charged;
import io.vertebra.Shop.OutOfStock;
import io.vertebra.Shop.Reserved;
import io.vertebra.limit.Limit;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @RegisterExtension
  final OneNode one =
      new OneNode(NodeOptions.defaults().withId("shop-1").withObserver(Metrics.on(registry)));

  private double calls(String contract, String outcome) {
    return registry
        .get("vertebra.calls")
        .tags("node", "shop-1", "contract", contract, "outcome", outcome)
        .functionCounter()
        .count();
  }

  private double gauge(String name) {
    return registry
        .get(name)
        .tags("node", "shop-1", "contract", "stock.reserve")
        .gauge()
        .value();
  }

  @Test
  void every_outcome_has_a_meter_for_each_contract_that_is_served() {
    Promise<Reserved> held = Promise.promise();
    one.serve(on -> {
      on.request(RESERVE, (reserve, call) -> switch (reserve.quantity()) {
            case 0 -> Future.succeededFuture(new Reserved("", 0));
            case 1 -> call.fail(new OutOfStock(""));
            case 2 -> Future.failedFuture("on purpose");
            default -> held.future();
          })
          .limitedTo(Limit.fixed(1).withQueue(1, Duration.ofSeconds(60)));
      on.request(CHARGE, charge -> Future.succeededFuture(new Charged("")));
    });
    resultOf(one.bus().request(RESERVE, reserve(0)));
    failureOf(one.bus().request(RESERVE, reserve(1)));
    failureOf(one.bus().request(RESERVE, reserve(2)));
    Future<Reserved> running = one.bus().request(RESERVE, reserve(3));
    one.eventually("it runs", () -> gauge("vertebra.calls.in.flight") == 1);
    Future<Reserved> waiting = one.bus().request(RESERVE, reserve(3));
    one.eventually("it waits", () -> gauge("vertebra.calls.waiting") == 1);
    failureOf(one.bus().request(RESERVE, reserve(3)));
    resultOf(one.bus().request(CHARGE, charge(1)));

    assertThat(calls("stock.reserve", "replied")).isEqualTo(1);
    assertThat(calls("stock.reserve", "declared")).isEqualTo(1);
    assertThat(calls("stock.reserve", "failed")).isEqualTo(1);
    assertThat(calls("stock.reserve", "rejected")).isEqualTo(1);
    assertThat(calls("stock.reserve", "expired")).isZero();
    assertThat(calls("stock.reserve", "cancelled")).isZero();
    assertThat(calls("stock.reserve", "lost")).isZero();
    assertThat(calls("payment.charge", "replied")).isEqualTo(1);
    assertThat(registry
            .get("vertebra.calls.root")
            .tag("node", "shop-1")
            .functionCounter()
            .count())
        .isEqualTo(7);

    held.complete(new Reserved("", 0));
    resultOf(running);
    resultOf(waiting);
    assertThat(gauge("vertebra.calls.in.flight")).isZero();
    assertThat(gauge("vertebra.calls.waiting")).isZero();
    assertThat(calls("stock.reserve", "replied")).isEqualTo(3);
  }

  @Test
  void counts_outlive_the_verticles_that_they_were_counted_for() {
    for (int i = 1; i <= 3; i++) {
      String deployment = one.serve(
          on -> on.request(RESERVE, reserve -> Future.succeededFuture(new Reserved("", 0))), 2);
      resultOf(one.bus().request(RESERVE, reserve(1)));
      one.undeploy(deployment);
      assertThat(calls("stock.reserve", "replied")).isEqualTo(i);
    }
    assertThat(one.node().view().contracts()).singleElement().satisfies(counts -> {
      assertThat(counts.contract()).isEqualTo("stock.reserve");
      assertThat(counts.started()).isEqualTo(3);
      assertThat(counts.replied()).isEqualTo(3);
      assertThat(counts.inFlight()).isZero();
    });
  }
}
