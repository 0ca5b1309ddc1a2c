package io.vertebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Contracts at plain addresses of the event bus; the how-to page shows parts of this. */
class PlainAddressTest {
  record Reserve(String sku, int quantity) {}

  record Reserved(String sku, int left) {}

  record OutOfStock(String sku) {}

  static final Request<Reserve, Reserved> RESERVE =
      Request.of("stock.reserve", Reserve.class, Reserved.class).failsWith(OutOfStock.class);

  // #region serve
  static class Stock extends ServiceVerticle {
    private int left = 10;

    @Override
    protected void services(Services on) {
      on.request(RESERVE, this::reserve).alsoOn("stock.reserve");
    }

    private Future<Reserved> reserve(Reserve reserve, Call call) {
      if (reserve.quantity() > left) {
        return call.fail(new OutOfStock(reserve.sku()));
      }
      left -= reserve.quantity();
      return Future.succeededFuture(new Reserved(reserve.sku(), left));
    }
  }
  // #endregion serve

  private final Vertx vertx = Vertx.vertx();

  @BeforeEach
  void deploy() throws Exception {
    Node.create(vertx).deploy(Stock::new).await(20, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(20, TimeUnit.SECONDS);
  }

  @Test
  void answers_json_with_json() throws Exception {
    // #region call
    Future<JsonObject> reserved = vertx
        .eventBus()
        .<JsonObject>request("stock.reserve", new JsonObject().put("sku", "S10").put("quantity", 3))
        .map(reply -> reply.body());
    // #endregion call
    assertThat(reserved.await(20, TimeUnit.SECONDS))
        .isEqualTo(new JsonObject().put("sku", "S10").put("left", 7));
  }

  @Test
  void names_the_field_that_is_missing() {
    assertFails(new JsonObject().put("sku", "S10"), ErrorCode.MESSAGE_INVALID, "quantity");
  }

  @Test
  void tells_a_declared_failure_by_name() {
    assertFails(
        new JsonObject().put("sku", "S10").put("quantity", 11), ErrorCode.DECLARED, "OutOfStock");
  }

  @Test
  void refuses_a_body_that_cannot_be_json() {
    assertFails(42, ErrorCode.MESSAGE_INVALID, "JsonObject");
  }

  private void assertFails(Object body, ErrorCode code, String text) {
    assertThatThrownBy(
            () -> vertx.eventBus().request("stock.reserve", body).await(20, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(ReplyException.class, failure -> {
          assertThat(failure.failureCode()).isEqualTo(code.number());
          assertThat(failure.getMessage()).contains(text);
        });
  }
}
