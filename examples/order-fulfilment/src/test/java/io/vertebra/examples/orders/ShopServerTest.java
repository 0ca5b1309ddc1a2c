package io.vertebra.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.examples.orders.book.OrderBook;
import io.vertebra.examples.orders.ledger.Database;
import io.vertebra.examples.orders.ledger.Run;
import io.vertebra.test.EmbeddedPostgres;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ShopServerTest {
  private static final String LINES =
      "\"lines\": [{\"product\": \"pot\", \"quantity\": 2, \"price\": 1.25}]";

  private static final OrderBook BOOK = new OrderBook(
      "test", Map.of("pot", 3), Map.of("7", new BigDecimal(100)), List.of(), List.of());

  private static EmbeddedPostgres postgres;

  private final HttpClient client = HttpClient.newHttpClient();
  private final ShopServer server = ShopServer.start(Database.at(postgres.uri()), BOOK, 0);

  @BeforeAll
  static void start_the_database() {
    postgres = EmbeddedPostgres.startTemporary();
  }

  @AfterAll
  static void stop_the_database() {
    postgres.close();
  }

  @AfterEach
  void stop() {
    server.close();
    forgetRuns();
  }

  /** The next test has the books for itself. */
  private static void forgetRuns() {
    Vertx vertx = Vertx.vertx();
    try {
      Database database = Database.at(postgres.uri());
      Run.begin(vertx, database, "serve", BOOK)
          .compose(run -> run.finish(vertx, database))
          .await();
    } finally {
      vertx.close().await();
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request("/orders")
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
    return client.send(
        (headers.length == 0 ? request : request.headers(headers)).build(),
        BodyHandlers.ofString());
  }

  /** The stream of events ends when the order is final. */
  private String eventsOf(String location) throws IOException, InterruptedException {
    HttpResponse<String> events = get(location + "/events");
    assertThat(events.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    return events.body();
  }

  @Test
  void takes_an_order_and_tells_its_steps_and_its_outcome() throws Exception {
    HttpResponse<String> accepted =
        post("{\"orderId\": \"A\", \"customer\": \"7\", " + LINES + "}");
    assertThat(accepted.statusCode()).isEqualTo(202);
    assertThat(accepted.headers().firstValue("Location")).hasValue("/orders/A");

    assertThat(eventsOf("/orders/A"))
        .containsSubsequence("reserve", "charge", "dispatch", "take", "COMPLETED");
    HttpResponse<String> outcome = get("/orders/A");
    assertThat(outcome.statusCode()).isEqualTo(200);
    assertThat(new JsonObject(outcome.body()).getJsonObject("outcome"))
        .isEqualTo(
            new JsonObject().put("orderId", "A").put("status", "COMPLETED").put("reason", ""));
    assertThat(new JsonObject(get("/stock").body()).getJsonArray("levels").getJsonObject(0))
        .isEqualTo(new JsonObject()
            .put("product", "pot")
            .put("opening", 3)
            .put("left", 1)
            .put("reserved", 0));
  }

  @Test
  void an_order_that_is_sent_again_is_the_same_order() throws Exception {
    String body = "{\"customer\": \"7\", " + LINES + "}";
    assertThat(post(body, "Idempotency-Key", "k-1").statusCode()).isEqualTo(202);
    HttpResponse<String> again = post(body, "Idempotency-Key", "k-1");
    assertThat(again.statusCode()).isEqualTo(202);
    assertThat(again.headers().firstValue("Location")).hasValue("/orders/k-1");
    eventsOf("/orders/k-1");
    assertThat(get("/stock").body()).contains("\"left\":1");

    HttpResponse<String> other = post(body.replace("2", "1"), "Idempotency-Key", "k-1");
    assertThat(other.statusCode()).isEqualTo(409);
  }

  @Test
  void knows_its_orders_after_it_was_started_again() throws Exception {
    String body = "{\"customer\": \"7\", " + LINES + "}";
    post(body, "Idempotency-Key", "k-1");
    eventsOf("/orders/k-1");
    try (ShopServer again = ShopServer.start(Database.at(postgres.uri()), BOOK, 0)) {
      URI orders = URI.create("http://127.0.0.1:" + again.port() + "/orders");
      HttpResponse<String> outcome = client.send(
          HttpRequest.newBuilder(URI.create(orders + "/k-1")).build(), BodyHandlers.ofString());
      assertThat(outcome.statusCode()).isEqualTo(200);
      HttpResponse<String> other = client.send(
          HttpRequest.newBuilder(orders)
              .headers("Content-Type", "application/json", "Idempotency-Key", "k-1")
              .POST(BodyPublishers.ofString(body.replace("2", "1")))
              .build(),
          BodyHandlers.ofString());
      assertThat(other.statusCode()).isEqualTo(409);
    }
  }

  @Test
  void says_what_is_wrong_with_an_order() throws Exception {
    HttpResponse<String> unreadable = post("{\"orderId\": \"A\", \"customer\": \"7\"}");
    assertThat(unreadable.statusCode()).isEqualTo(400);
    assertThat(unreadable.headers().firstValue("Content-Type"))
        .hasValue("application/problem+json");
    assertThat(unreadable.body()).contains("lines");

    HttpResponse<String> unknown = post("{\"orderId\": \"A\", \"customer\": \"8\", " + LINES + "}");
    assertThat(unknown.statusCode()).isEqualTo(422);
    assertThat(unknown.body()).contains("unknown customer 8");
    assertThat(get("/orders/A").statusCode()).isEqualTo(404);
  }

  @Test
  void is_not_ready_while_the_node_is_quiesced() throws Exception {
    assertThat(get("/ready").statusCode()).isEqualTo(200);
    server.node().quiesce().await();
    assertThat(get("/ready").statusCode()).isEqualTo(503);
    server.node().resume().await();
    assertThat(get("/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void says_that_a_port_is_taken() {
    Database database = Database.at(postgres.uri());
    assertThatThrownBy(() -> ShopServer.start(database, BOOK, server.port()))
        .isInstanceOf(Options.Wrong.class)
        .hasMessageContaining("Port " + server.port() + " cannot be used");
  }
}
