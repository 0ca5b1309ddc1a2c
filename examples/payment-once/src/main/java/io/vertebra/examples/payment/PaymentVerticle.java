package io.vertebra.examples.payment;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.examples.payment.Payments.Bookings;
import io.vertebra.examples.payment.Payments.Charge;
import io.vertebra.examples.payment.Payments.Charged;
import io.vertebra.examples.payment.Payments.Confirm;
import io.vertebra.examples.payment.Payments.Confirmed;
import io.vertebra.examples.payment.Payments.Declined;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Charges orders through the provider, and books what the provider confirms. */
final class PaymentVerticle extends ServiceVerticle {
  private static final long PATIENCE_MILLIS = 2_000;
  private static final int DECLINED = 402;

  private final HttpClient client;
  private final int providerPort;
  private final int ownPort;
  private final List<BigDecimal> booked = new ArrayList<>();

  PaymentVerticle(Vertx vertx, int providerPort, int ownPort) {
    this.client = vertx.createHttpClient();
    this.providerPort = providerPort;
    this.ownPort = ownPort;
  }

  // #region consumer
  @Override
  protected void services(Services on) {
    // 1. Both contracts have an idempotency key: of messages with the same key, one is handled at a
    //    time, and once it was answered, all others get that answer.
    on.request(Payments.CHARGE, this::charge);
    on.request(Payments.CONFIRM, this::confirm);
    on.request(
        Payments.BOOKINGS, query -> Future.succeededFuture(new Bookings(List.copyOf(booked))));
  }

  // 2. A handler that fails has answered nothing: the next attempt runs again, with the same key.
  //    That is all the provider needs to know that it is the same payment.
  private Future<Charged> charge(Charge order, Call call) {
    String key = Objects.requireNonNull(call.metadata().idempotencyKey());
    return client
        .request(new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setPort(providerPort)
            .setURI("/charges")
            .setIdleTimeout(PATIENCE_MILLIS)
            .putHeader("Idempotency-Key", key))
        .compose(request -> request.send(new JsonObject()
            .put("order", order.orderId())
            .put("amount", order.amount().toPlainString())
            .put("confirmAt", "http://127.0.0.1:" + ownPort + "/confirmations")
            .toBuffer()))
        .compose(response -> response.body().compose(body -> switch (response.statusCode()) {
          case 200 ->
            Future.succeededFuture(
                new Charged(order.orderId(), body.toJsonObject().getString("receipt")));
          // 3. A declared failure is an answer like any other: it is kept, and nobody asks again.
          case DECLINED ->
            Future.failedFuture(
                new DeclaredFailure(new Declined(order.orderId(), body.toString())));
          default -> Future.failedFuture("the provider said " + response.statusCode());
        }));
  }

  // 4. A confirmation that comes twice does not come here twice.
  private Future<Confirmed> confirm(Confirm confirmation, Call call) {
    booked.add(confirmation.amount());
    return Future.succeededFuture(new Confirmed());
  }
  // #endregion consumer
}
