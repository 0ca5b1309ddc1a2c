package io.vertebra.gateway;

import static io.vertebra.gateway.HttpClients.await;
import static io.vertebra.gateway.HttpClients.json;
import static io.vertebra.gateway.HttpGatewayTest.problem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertebra.SagaVerticle;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.saga.Saga;
import io.vertebra.saga.SagaEngine;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressTest {
  record Line(String sku, int quantity) {}

  // #region contracts
  record PlaceOrder(String orderId, List<Line> lines) {}

  record OrderOutcome(String orderId, String result) {}

  static final Request<PlaceOrder, OrderOutcome> PLACE =
      Request.of("orders.place", PlaceOrder.class, OrderOutcome.class).keyedBy(PlaceOrder::orderId);
  // #endregion contracts

  record Ship(String orderId) {}

  record Shipped(String orderId) {}

  record NoCarrier(String reason) {}

  static final Request<Ship, Shipped> SHIP = Request.of("shipping.ship", Ship.class, Shipped.class)
      .failsWith(NoCarrier.class)
      .idempotentBy(Ship::orderId);

  record State(PlaceOrder order, String result) {
    static State from(PlaceOrder order) {
      return new State(order, "open");
    }

    Ship ship() {
      return new Ship(order.orderId());
    }

    State with(String next) {
      return new State(order, next);
    }
  }

  static final Saga<State> FULFIL = Saga.named("fulfil", State.class)
      .startedBy(PLACE, State::from)
      .key(state -> state.order().orderId())
      .step(
          "ship",
          step -> step.request(SHIP, State::ship)
              .onReply((state, shipped) -> state.with("shipped"))
              .onFailure(NoCarrier.class, (state, failure) -> state.with(failure.reason())))
      .outcome(state -> new OrderOutcome(state.order().orderId(), state.result()))
      .build();

  // #region sagas
  static class Orders extends SagaVerticle {
    @Override
    protected List<Saga<?>> sagas() {
      return List.of(FULFIL);
    }

    SagaEngine sagaEngine() {
      return engine();
    }
  }
  // #endregion sagas

  // #region gateway
  static class OrderGateway extends GatewayVerticle {
    private final SagaEngine orders;

    OrderGateway(SagaEngine orders, GatewayOptions options) {
      super(options);
      this.orders = orders;
    }

    @Override
    protected void routes(HttpGateway on) {
      on.accept("/orders", PLACE, Progress.ofSaga(orders, PLACE));
    }
  }
  // #endregion gateway

  static class Shipping extends ServiceVerticle {
    final Map<String, Promise<Shipped>> shipments = new ConcurrentHashMap<>();
    final List<String> asked = new CopyOnWriteArrayList<>();

    Promise<Shipped> of(String orderId) {
      return shipments.computeIfAbsent(orderId, id -> Promise.promise());
    }

    @Override
    protected void services(Services on) {
      on.request(SHIP, (ship, call) -> {
        asked.add(ship.orderId());
        return ship.orderId().startsWith("far")
            ? call.fail(new NoCarrier("too far"))
            : of(ship.orderId()).future();
      });
    }
  }

  HttpClients http;
  Shipping shipping;
  Orders orders;

  @BeforeEach
  void open() throws Exception {
    http = new HttpClients();
    shipping = new Shipping();
    orders = new Orders();
    http.deploy(shipping);
    http.deploy(orders);
    http.deploy(new OrderGateway(orders.sagaEngine(), GatewayOptions.defaults().withPort(0)));
  }

  @AfterEach
  void close() throws Exception {
    http.close();
  }

  static String order(String id) {
    return "{\"orderId\":\"" + id + "\",\"lines\":[{\"sku\":\"tea\",\"quantity\":2}]}";
  }

  EventStream events(String id, String... headers) throws Exception {
    var request = http.to("/orders/" + id + "/events");
    return new EventStream((headers.length == 0 ? request : request.headers(headers)).build());
  }

  @Test
  void runs_a_saga_behind_a_location_and_streams_its_steps() throws Exception {
    HttpResponse<String> accepted = http.post("/orders", order("7"));
    assertThat(accepted.statusCode()).isEqualTo(202);
    assertThat(accepted.headers().firstValue("location")).hasValue("/orders/7");
    try (EventStream events = events("7")) {
      assertThat(new JsonObject(events.next().data()).getString("kind")).isEqualTo("STARTED");
      HttpResponse<String> running = http.get("/orders/7");
      assertThat(running.statusCode()).isEqualTo(202);
      assertThat(json(running).getString("status")).isEqualTo("RUNNING");

      shipping.of("7").complete(new Shipped("7"));
      JsonObject replied = new JsonObject(events.next().data());
      assertThat(replied.getString("kind")).isEqualTo("REPLIED");
      assertThat(replied.getString("step")).isEqualTo("ship");
      assertThat(new JsonObject(events.next().data()).getString("kind")).isEqualTo("COMPLETED");
      EventStream.Received last = events.next();
      assertThat(last.event()).isEqualTo("outcome");
      assertThat(last.data()).contains("\"outcome\":{\"orderId\":\"7\",\"result\":\"shipped\"}");
      assertThat(events.isOver()).isTrue();
    }
    HttpResponse<String> ended = http.get("/orders/7");
    assertThat(ended.statusCode()).isEqualTo(200);
    assertThat(json(ended))
        .isEqualTo(new JsonObject()
            .put("key", "7")
            .put("status", "COMPLETED")
            .put("final", true)
            .put("outcome", new JsonObject().put("orderId", "7").put("result", "shipped")));
  }

  @Test
  void tells_the_outcome_of_a_saga_that_was_compensated() throws Exception {
    http.post("/orders", order("far-1"));
    try (EventStream events = events("far-1")) {
      List<String> ids = events.ids();
      assertThat(events("far-1", "Last-Event-ID", "1").ids()).isEqualTo(ids.subList(1, ids.size()));
    }
    HttpResponse<String> ended = http.get("/orders/far-1");
    assertThat(ended.statusCode()).isEqualTo(200);
    assertThat(json(ended).getString("status")).isEqualTo("COMPENSATED");
    assertThat(json(ended).getJsonObject("outcome").getString("result")).isEqualTo("too far");
  }

  @Test
  void attaches_to_the_saga_of_the_same_key() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(http.post("/orders", order("8")).statusCode()).isEqualTo(202);
    }
    shipping.of("8").complete(new Shipped("8"));
    try (EventStream events = events("8")) {
      assertThat(events.ids()).hasSize(4);
    }
    HttpResponse<String> again = http.post("/orders", order("8"));
    assertThat(again.statusCode()).isEqualTo(202);
    assertThat(json(again).getString("status")).isEqualTo("COMPLETED");
    assertThat(shipping.asked).containsExactly("8");
  }

  @Test
  void goes_on_when_the_client_goes_away() throws Exception {
    var socket = http.connect();
    String body = order("9");
    await(socket.write(HttpClients.head("/orders", body.length()) + body));
    await(socket.close());
    while (http.get("/orders/9").statusCode() == 404) {
      Thread.onSpinWait();
    }
    shipping.of("9").complete(new Shipped("9"));
    try (EventStream events = events("9")) {
      assertThat(events.ids()).hasSize(4);
    }
  }

  @Test
  void knows_nothing_of_other_keys() throws Exception {
    problem(http.get("/orders/10"), 404, "VTB-6002");
    problem(http.get("/orders/10/events"), 404, "VTB-6002");
  }

  @Test
  void names_what_is_wrong_with_an_order() throws Exception {
    assertThat(problem(
            http.post("/orders", "{\"orderId\":\"1\",\"lines\":[{\"sku\":\"tea\"}]}"),
            400,
            "VTB-1004"))
        .contains("PlaceOrder.lines[0].quantity");
  }

  @Test
  void refuses_a_contract_that_starts_no_saga() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Progress.ofSaga(orders.sagaEngine(), SHIP))
        .withMessageContaining("shipping.ship");
  }
}
