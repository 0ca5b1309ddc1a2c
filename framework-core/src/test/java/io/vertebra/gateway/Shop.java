package io.vertebra.gateway;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.error.IdempotencyException;
import io.vertebra.limit.Limit;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The services behind the gateway in these tests. */
final class Shop extends ServiceVerticle {
  record Reserve(String sku, int quantity, Optional<String> note) {}

  record Reserved(String sku, int left, String messageId) {}

  record OutOfStock(String sku, BigDecimal missing) {}

  record UnknownProduct(String sku) {}

  record Lookup(String sku, Optional<Integer> page, List<Size> sizes, Optional<Boolean> exact) {}

  enum Size {
    SMALL,
    LARGE
  }

  record Found(String sku, Optional<Integer> page, List<Size> sizes, Optional<Boolean> exact) {}

  record Line(String sku, BigDecimal price) {}

  record Replace(long order, List<Line> lines) {}

  record Replaced(long order, List<Line> lines) {}

  record Ask(String what) {}

  record Answer(String what) {}

  record Charge(String payment, int amount) {}

  record Charged(int times) {}

  record Tags(Set<String> tags) {}

  static final Request<Reserve, Reserved> RESERVE = Request.of(
          "stock.reserve", Reserve.class, Reserved.class)
      .failsWith(OutOfStock.class, UnknownProduct.class);
  static final Request<Lookup, Found> LOOKUP =
      Request.of("stock.lookup", Lookup.class, Found.class).readOnly();
  static final Request<Replace, Replaced> REPLACE =
      Request.of("orders.replace", Replace.class, Replaced.class);
  static final Request<Ask, Answer> ASK = Request.of("desk.ask", Ask.class, Answer.class);
  static final Request<Ask, Answer> BUSY = Request.of("desk.busy", Ask.class, Answer.class);
  static final Request<Ask, Answer> NOBODY = Request.of("desk.nobody", Ask.class, Answer.class);
  static final Request<Charge, Charged> CHARGE =
      Request.of("payment.charge", Charge.class, Charged.class).idempotentBy(Charge::payment);

  /** Completed when the call that never ends has begun, and when it was cancelled. */
  final Promise<Void> asked = Promise.promise();

  final Promise<Void> cancelled = Promise.promise();
  /** Answers the call that waits for it. */
  final Promise<Answer> answer = Promise.promise();

  final AtomicInteger charges = new AtomicInteger();

  @Override
  protected void services(Services on) {
    on.request(RESERVE, (reserve, call) -> switch (reserve.sku()) {
      case "none" ->
        call.fail(new OutOfStock(reserve.sku(), new BigDecimal("12345678901234567890.10")));
      case "unknown" -> call.fail(new UnknownProduct(reserve.sku()));
      default ->
        Future.succeededFuture(new Reserved(
            reserve.sku(), 100 - reserve.quantity(), call.metadata().messageId()));
    });
    on.request(
        LOOKUP,
        lookup -> Future.succeededFuture(
            new Found(lookup.sku(), lookup.page(), lookup.sizes(), lookup.exact())));
    on.request(
        REPLACE, replace -> Future.succeededFuture(new Replaced(replace.order(), replace.lines())));
    on.request(BUSY, busy -> Promise.<Answer>promise().future())
        .limitedTo(Limit.fixed(1).withQueue(0, Duration.ZERO));
    on.request(CHARGE, charge -> Future.succeededFuture(new Charged(charges.incrementAndGet())));
    on.request(ASK, (ask, call) -> switch (ask.what()) {
      case "secret" -> throw new IllegalStateException("the password is hunter2");
      case "conflict" -> Future.failedFuture(IdempotencyException.conflict("desk"));
      case "forbidden" -> Future.failedFuture(CallException.forbidden("desk.ask"));
      case "wait" -> {
        asked.tryComplete();
        call.onCancel(cancelled::tryComplete);
        yield answer.future();
      }
      default -> Future.succeededFuture(new Answer(ask.what()));
    });
  }
}
