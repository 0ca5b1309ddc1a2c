package io.vertebra.messaging;

import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.OneNode;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A service that keeps to the deadlines of its callers. */
class DeadlineTest {
  record Place(String order, int weight) {}

  record Placed(String order, int shipping) {}

  record Quote(int weight) {}

  record Quoted(int cents) {}

  record Pick(String order) {}

  record Picked(String order) {}

  static final Request<Place, Placed> PLACE = Request.of("orders.place", Place.class, Placed.class);
  static final Request<Quote, Quoted> QUOTE =
      Request.of("shipping.quote", Quote.class, Quoted.class);
  static final Request<Pick, Picked> PICK = Request.of("stock.pick", Pick.class, Picked.class);
  static final Request<Pick, Picked> RETURN = Request.of("stock.return", Pick.class, Picked.class);

  static final int STANDARD_PRICE = 495;
  static final Duration SHORT = Duration.ofMillis(400);

  @RegisterExtension
  final OneNode one = new OneNode();

  private final Promise<Picked> returned = Promise.promise();
  private final Promise<Void> picking = Promise.promise();

  static class Orders extends ServiceVerticle {
    @Override
    protected void services(Services on) {
      on.request(PLACE, this::place);
    }

    // #region child
    private Future<Placed> place(Place place, Call call) {
      CallOptions brief = CallOptions.defaults().withTimeout(Duration.ofMillis(150));
      return call.request(QUOTE, new Quote(place.weight()), brief)
          .map(Quoted::cents)
          .otherwise(STANDARD_PRICE)
          .map(cents -> new Placed(place.order(), cents));
    }
    // #endregion child
  }

  class Stock extends ServiceVerticle {
    @Override
    protected void services(Services on) {
      on.request(PICK, this::pick);
      on.request(RETURN, pick -> {
        returned.complete(new Picked(pick.order()));
        return returned.future();
      });
    }

    // #region stop
    private Future<Picked> pick(Pick pick, Call call) {
      Promise<Picked> picked = Promise.promise();
      long robot = vertx.setTimer(60_000, done -> picked.complete(new Picked(pick.order())));
      call.onCancel(() -> {
        vertx.cancelTimer(robot);
        // #region detached
        call.detached().request(RETURN, pick);
        // #endregion detached
        picked.fail("nobody waits for " + pick.order());
      });
      picking.tryComplete();
      return picked.future();
    }
    // #endregion stop
  }

  @BeforeEach
  void deploy() {
    resultOf(one.node().deploy(Orders::new));
    resultOf(one.node().deploy(Stock::new));
  }

  @Test
  void work_stops_when_its_caller_has_waited_long_enough() {
    Bus bus = one.bus();
    // #region caller
    Future<Picked> picked = bus.request(
        PICK, new Pick("order-1"), CallOptions.defaults().withTimeout(Duration.ofMillis(400)));
    // #endregion caller
    VertebraException failure = failureOf(picked);
    assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(failure.mayHaveRun()).isTrue();
    assertThat(resultOf(returned.future())).as("it was stopped").isNotNull();
  }

  @Test
  void a_handler_does_without_what_takes_too_long() {
    one.serve(on -> on.request(QUOTE, (quote, call) -> {
      Promise<Quoted> never = Promise.promise();
      call.onCancel(() -> never.fail("nobody waits"));
      return never.future();
    }));
    assertThat(resultOf(one.bus().request(PLACE, new Place("order-2", 3))))
        .isEqualTo(new Placed("order-2", STANDARD_PRICE));
  }

  @Test
  void a_client_that_leaves_ends_what_was_asked_for_it() {
    Bus bus = one.bus();
    Promise<Void> client = Promise.promise();
    Future<Void> closed = client.future();
    // #region client
    Cancellation gone = Cancellation.create();
    closed.onComplete(bye -> gone.cancel());
    Future<Picked> picked =
        bus.request(PICK, new Pick("order-3"), CallOptions.defaults().withCancellation(gone));
    // #endregion client
    resultOf(picking.future());
    client.complete();
    assertThat(failureOf(picked).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(resultOf(returned.future())).as("it was stopped").isNotNull();
  }

  @Test
  void what_must_be_done_is_done_though_nobody_waits() {
    Future<Picked> picked =
        one.bus().request(PICK, new Pick("order-4"), CallOptions.defaults().withTimeout(SHORT));
    failureOf(picked);
    assertThat(resultOf(returned.future())).isEqualTo(new Picked("order-4"));
  }
}
