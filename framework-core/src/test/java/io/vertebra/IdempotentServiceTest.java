package io.vertebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.IdempotencyException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdempotentServiceTest {
  record Charge(String orderId, long cents) {}

  record Charged(int receipt) {}

  static final Request<Charge, Charged> CHARGE =
      Request.of("payment.charge", Charge.class, Charged.class).idempotentBy(Charge::orderId);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger charges = new AtomicInteger();
  private final Promise<Void> provider = Promise.promise();
  private Node node;

  @BeforeEach
  void deploy() throws Exception {
    node = Node.create(vertx, NodeOptions.defaults().withLocalCheck(true));
    node.deploy(() -> new ServiceVerticle() {
          @Override
          protected void services(Services on) {
            on.request(
                CHARGE,
                charge -> provider.future().map(paid -> new Charged(charges.incrementAndGet())));
          }
        })
        .await(20, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(20, TimeUnit.SECONDS);
  }

  @Test
  void concurrent_duplicates_wait_for_the_first_and_get_its_reply() throws Exception {
    List<Future<Charged>> all = List.of(charge(100), charge(100), charge(100));
    provider.complete();
    Future.all(all).await(20, TimeUnit.SECONDS);
    assertThat(all).allSatisfy(each -> assertThat(each.result()).isEqualTo(new Charged(1)));
    assertThat(charge(100).await(20, TimeUnit.SECONDS)).isEqualTo(new Charged(1));
    assertThat(charges).hasValue(1);
  }

  @Test
  void another_payload_under_the_same_key_is_a_conflict() throws Exception {
    provider.complete();
    charge(100).await(20, TimeUnit.SECONDS);
    assertThatThrownBy(() -> charge(200).await(20, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(IdempotencyException.class, conflict -> {
          assertThat(conflict.code()).isEqualTo(ErrorCode.CONFLICT);
          assertThat(conflict.mayHaveRun()).isFalse();
        });
    assertThat(charges).hasValue(1);
  }

  private Future<Charged> charge(long cents) {
    return node.bus().request(CHARGE, new Charge("order-1", cents));
  }
}
