package io.vertebra.gateway;

import static io.vertebra.gateway.HttpClients.await;
import static io.vertebra.gateway.HttpClients.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpGatewayTest {
  static final String RESERVE = "{\"sku\":\"tea\",\"quantity\":3}";

  // #region gateway
  static class ShopGateway extends GatewayVerticle {
    ShopGateway(GatewayOptions options) {
      super(options);
    }

    @Override
    protected void routes(HttpGateway on) {
      on.get("/stock/:sku", Shop.LOOKUP);
      on.post("/stock/reserve", Shop.RESERVE).failingWith(Shop.UnknownProduct.class, 404);
      on.post("/charges", Shop.CHARGE).fromIdempotencyKey("payment");
      on.put("/orders/:order", Shop.REPLACE).within(Duration.ofSeconds(2));
    }
  }
  // #endregion gateway

  static class DeskGateway extends ShopGateway {
    DeskGateway(GatewayOptions options) {
      super(options);
    }

    @Override
    protected void routes(HttpGateway on) {
      super.routes(on);
      on.post("/stock/:sku/reservations", Shop.RESERVE).answering(201);
      on.post("/ask", Shop.ASK);
      on.post("/ask/briefly", Shop.ASK).within(Duration.ofMillis(50));
      on.post("/busy", Shop.BUSY).within(Duration.ofSeconds(20));
      on.post("/nobody", Shop.NOBODY);
      on.delete("/desk", Shop.ASK);
    }
  }

  HttpClients http;
  Shop shop;

  @BeforeEach
  void open() throws Exception {
    http = new HttpClients();
    shop = new Shop();
    http.deploy(shop);
    http.deploy(new DeskGateway(
        GatewayOptions.defaults().withPort(0).withMaxBody(1_000).withDrainTimeout(Duration.ZERO)));
  }

  @AfterEach
  void close() throws Exception {
    http.close();
  }

  // --- messages and replies

  @Test
  void answers_a_post_with_the_reply_of_the_call() throws Exception {
    HttpResponse<String> response = http.post("/stock/reserve", RESERVE);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(json(response).getInteger("left")).isEqualTo(97);
  }

  @Test
  void makes_the_message_of_a_get_of_path_and_query() throws Exception {
    HttpResponse<String> response = http.get(
        "/stock/green%20tea%2Fmint?page=2&sizes=SMALL&sizes=LARGE&exact=true&utm_source=ad");
    assertThat(json(response))
        .isEqualTo(new JsonObject()
            .put("sku", "green tea/mint")
            .put("page", 2)
            .put("sizes", new JsonArray().add("SMALL").add("LARGE"))
            .put("exact", true));
  }

  @Test
  void names_the_query_parameter_that_is_missing_or_wrong() throws Exception {
    assertThat(problem(http.get("/stock/tea"), 400, "VTB-1004")).contains("Lookup.sizes");
    assertThat(problem(http.get("/stock/tea?sizes=SMALL&page=two"), 400, "VTB-6001"))
        .contains("Lookup.page")
        .doesNotContain("two");
    assertThat(problem(http.get("/stock/tea?sizes=SMALL&page=1&page=2"), 400, "VTB-6001"))
        .contains("Lookup.page");
    assertThat(problem(http.get("/stock/tea?sizes=SMALL&exact=yes"), 400, "VTB-6001"))
        .contains("Lookup.exact");
    assertThat(problem(http.get("/stock/tea?sizes=HUGE"), 400, "VTB-1004"))
        .contains("Lookup.sizes[0]");
  }

  @Test
  void adds_fields_of_the_path_to_the_body_and_keeps_every_digit() throws Exception {
    HttpResponse<String> response = http.send(http.to("/orders/7")
        .header("Content-Type", "application/json; charset=utf-8")
        .PUT(BodyPublishers.ofString(
            "{\"lines\":[{\"sku\":\"tea\",\"price\":12345678901234567890.123456789}]}"))
        .build());
    assertThat(response.body())
        .isEqualTo(
            "{\"order\":7,\"lines\":[{\"sku\":\"tea\",\"price\":12345678901234567890.123456789}]}");
    assertThat(http.post("/stock/tea/reservations", "{\"quantity\":1,\"sku\":\"tea\"}")
            .statusCode())
        .isEqualTo(201);
  }

  @Test
  void refuses_a_body_that_contradicts_the_path() throws Exception {
    HttpResponse<String> response =
        http.post("/stock/tea/reservations", "{\"quantity\":1,\"sku\":\"coffee\"}");
    assertThat(problem(response, 400, "VTB-6001")).contains("Reserve.sku").doesNotContain("coffee");
  }

  @Test
  void ignores_fields_it_does_not_know() throws Exception {
    String json = "{\"sku\":\"tea\",\"x\":{\"y\":[1,2,{\"z\":null}]},\"quantity\":3}";
    assertThat(http.post("/stock/reserve", json).statusCode()).isEqualTo(200);
    assertThat(http.post("/stock/tea/reservations", json).statusCode()).isEqualTo(201);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"sku\":\"hunter2\"} | Reserve.quantity",
        "{\"sku\":\"hunter2\",\"quantity\":\"3\"} | Reserve.quantity",
        "{\"sku\":\"hunter2\",\"quantity\":3.5} | Reserve.quantity",
        "{\"sku\":\"hunter2\",\"quantity\":99999999999} | Reserve.quantity",
        "{\"sku\":{\"hunter2\":1},\"quantity\":3} | Reserve.sku",
        "{\"sku\":null,\"quantity\":3} | Reserve.sku",
        "[\"hunter2\"] | Reserve",
        "\"hunter2\" | Reserve",
        "{\"sku\":\"hunter2\" | Reserve",
        "{hunter2} | Reserve",
        "{\"sku\":\"hunter2\",\"quantity\":3}{} | Reserve",
      })
  void names_the_field_of_a_body_that_is_no_message_and_never_quotes_it(String body, String field)
      throws Exception {
    for (String path : new String[] {"/stock/reserve", "/stock/hunter2/reservations"}) {
      assertThat(problem(http.post(path, body), 400, "VTB-1004", "VTB-6001"))
          .contains(field)
          .doesNotContain("hunter2");
    }
  }

  @Test
  void refuses_a_body_nested_without_end() throws Exception {
    String deep = "{\"x\":" + "[".repeat(400) + "]".repeat(400) + "}";
    assertThat(http.post("/stock/reserve", deep).statusCode()).isEqualTo(400);
    assertThat(http.post("/stock/tea/reservations", "[".repeat(999)).statusCode())
        .isEqualTo(400);
  }

  @Test
  void refuses_an_empty_body_that_has_to_be_a_message() throws Exception {
    assertThat(problem(http.post("/stock/reserve", ""), 400, "VTB-1004")).contains("Reserve.sku");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""})
  void takes_json_only(String type) throws Exception {
    HttpRequest.Builder request = http.to("/stock/reserve").POST(BodyPublishers.ofString(RESERVE));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    problem(http.send(request.build()), 415, "VTB-6004");
  }

  @Test
  void refuses_compressed_bodies() throws Exception {
    problem(http.post("/stock/reserve", RESERVE, "Content-Encoding", "gzip"), 415, "VTB-6004");
  }

  // --- failures

  @Test
  void tells_a_declared_failure_with_its_name_and_fields() throws Exception {
    HttpResponse<String> response =
        http.post("/stock/reserve", "{\"sku\":\"none\",\"quantity\":1}");
    problem(response, 422, "VTB-2009");
    assertThat(json(response).getString("failure")).isEqualTo("OutOfStock");
    assertThat(response.body())
        .contains("\"fields\":{\"sku\":\"none\",\"missing\":12345678901234567890.10}");
  }

  @Test
  void gives_a_declared_failure_the_status_of_its_route() throws Exception {
    HttpResponse<String> response =
        http.post("/stock/reserve", "{\"sku\":\"unknown\",\"quantity\":1}");
    problem(response, 404, "VTB-2009");
    assertThat(json(response).getString("failure")).isEqualTo("UnknownProduct");
  }

  @Test
  void tells_nothing_of_the_inside_when_a_handler_throws() throws Exception {
    HttpResponse<String> response = http.post("/ask", "{\"what\":\"secret\"}");
    problem(response, 500, "VTB-2008");
    assertThat(response.body()).doesNotContain("hunter2", "IllegalState", "java", "node");
  }

  @Test
  void says_503_if_nobody_serves_the_contract() throws Exception {
    HttpResponse<String> response = http.post("/nobody", "{\"what\":\"x\"}");
    problem(response, 503, "VTB-2001");
    assertThat(response.headers().firstValue("retry-after")).hasValue("1");
  }

  @Test
  void says_503_and_when_to_retry_if_the_service_is_overloaded() throws Exception {
    NetSocket first = http.connect();
    String ask = "{\"what\":\"x\"}";
    await(first.write(HttpClients.head("/busy", ask.length()) + ask));
    HttpResponse<String> response = http.post("/busy", ask, "Timeout-Ms", "10");
    while (response.statusCode() == 504) { // this one came first
      response = http.post("/busy", ask, "Timeout-Ms", "10");
    }
    problem(response, 503, "VTB-2004");
    assertThat(response.headers().firstValue("retry-after")).hasValue("1");
    await(first.close());
  }

  @Test
  void says_504_if_the_reply_takes_longer_than_the_route_allows() throws Exception {
    problem(http.post("/ask/briefly", "{\"what\":\"wait\"}"), 504, "VTB-2002");
  }

  @Test
  void lets_the_client_shorten_the_timeout_but_not_lengthen_it() throws Exception {
    problem(http.post("/ask", "{\"what\":\"wait\"}", "Timeout-Ms", "20"), 504, "VTB-2002");
    problem(
        http.post("/ask/briefly", "{\"what\":\"wait\"}", "Timeout-Ms", "600000"), 504, "VTB-2002");
    for (String bad : new String[] {"0", "-1", "soon", "1e3", "99999999999"}) {
      problem(http.post("/ask", "{\"what\":\"x\"}", "Timeout-Ms", bad), 400, "VTB-6001");
    }
  }

  @Test
  void says_409_on_a_conflict() throws Exception {
    problem(http.post("/ask", "{\"what\":\"conflict\"}"), 409, "VTB-4001");
  }

  @Test
  void says_413_to_a_body_that_is_too_large_declared_or_not() throws Exception {
    String large = "{\"sku\":\"" + "x".repeat(5_000) + "\",\"quantity\":1}";
    problem(http.post("/stock/reserve", large), 413, "VTB-1003");
    HttpRequest chunked = http.to("/stock/reserve")
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.fromPublisher(BodyPublishers.ofString(large)))
        .build();
    problem(http.send(chunked), 413, "VTB-1003");
    assertThat(http.post("/stock/reserve", RESERVE).statusCode()).isEqualTo(200);
  }

  @Test
  void stops_reading_a_body_that_never_ends() throws Exception {
    NetSocket socket = http.connect();
    var closed = io.vertx.core.Promise.<Void>promise();
    socket.handler(part -> {});
    socket.closeHandler(end -> closed.complete());
    socket.exceptionHandler(reset -> {});
    socket.write(HttpClients.head("/stock/reserve", 1000000000));
    String megabyte = " ".repeat(1024 * 1024);
    for (int i = 0; i < 16; i++) {
      socket.write(megabyte);
    }
    await(closed.future());
    assertThat(http.post("/stock/reserve", RESERVE).statusCode()).isEqualTo(200);
  }

  @Test
  void gives_up_on_a_body_that_comes_too_slowly() throws Exception {
    http.deploy(HttpClients.gateway(
        GatewayOptions.defaults()
            .withTimeout(Duration.ofMillis(500))
            .withKeepAlive(Duration.ofMillis(500))
            .withIdleTimeout(Duration.ofSeconds(1)),
        on -> on.post("/stock/reserve", Shop.RESERVE)));
    NetSocket socket = http.connect();
    StringBuilder answer = new StringBuilder();
    var closed = io.vertx.core.Promise.<Void>promise();
    socket.handler(part -> answer.append(part));
    socket.closeHandler(end -> closed.complete());
    socket.exceptionHandler(reset -> {});
    await(socket.write(HttpClients.head("/stock/reserve", 900) + "{"));
    long timer = http.vertx.setPeriodic(100, id -> socket.write(" "));
    await(closed.future());
    http.vertx.cancelTimer(timer);
    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("1000 ms");
  }

  @Test
  void says_404_at_unknown_paths_and_405_with_the_allowed_methods_to_wrong_ones() throws Exception {
    problem(http.get("/nothing"), 404, "VTB-6002");
    problem(http.get("/"), 404, "VTB-6002");
    HttpResponse<String> response = http.get("/stock/tea/reservations");
    problem(response, 405, "VTB-6003");
    assertThat(response.headers().firstValue("allow")).hasValue("POST");
  }

  @Test
  void survives_paths_and_queries_that_are_no_text() throws Exception {
    String tail = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for (String bad : new String[] {
      "/stock/%zz",
      "/stock/%",
      "/stock/%c3%28?sizes=%zz",
      "/stock/%00?sizes=SMALL",
      "/../../etc/passwd",
      "/stock/..%2f..%2fetc%2fpasswd",
      "//",
      "/stock//",
      "/%2e%2e/ready"
    }) {
      assertThat(http.raw("GET " + bad + tail)).as(bad).matches("(?s)HTTP/1.1 (200|400|404) .*");
    }
    assertThat(http.raw("GET /stock/%zz" + tail))
        .startsWith("HTTP/1.1 400 ")
        .contains("problem+json");
    assertThat(http.post("/stock/reserve", RESERVE).statusCode()).isEqualTo(200);
  }

  // --- calls

  @Test
  void cancels_the_call_of_a_client_that_goes_away() throws Exception {
    NetSocket socket = http.connect();
    String ask = "{\"what\":\"wait\"}";
    await(socket.write(HttpClients.head("/ask", ask.length()) + ask));
    await(shop.asked.future());
    await(socket.close());
    await(shop.cancelled.future());
  }

  @Test
  void makes_the_idempotency_key_the_message_id() throws Exception {
    assertThat(json(http.post("/stock/reserve", RESERVE, "Idempotency-Key", "order-7"))
            .getString("messageId"))
        .isEqualTo("order-7");
    assertThat(json(http.post("/stock/reserve", RESERVE, "Idempotency-Key", "\"8e03978e\""))
            .getString("messageId"))
        .isEqualTo("8e03978e");
    problem(http.post("/stock/reserve", RESERVE, "Idempotency-Key", "two words"), 400, "VTB-6001");
    problem(
        http.post("/stock/reserve", RESERVE, "Idempotency-Key", "x".repeat(201)), 400, "VTB-6001");
  }

  @Test
  void takes_the_field_a_contract_is_idempotent_by_from_the_header() throws Exception {
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> response =
          http.post("/charges", "{\"amount\":5}", "Idempotency-Key", "pay-1");
      assertThat(json(response).getInteger("times")).isEqualTo(1);
    }
    assertThat(shop.charges).hasValue(1);
    problem(http.post("/charges", "{\"amount\":6}", "Idempotency-Key", "pay-1"), 409, "VTB-4001");
    assertThat(problem(http.post("/charges", "{\"amount\":6}"), 400, "VTB-1004"))
        .contains("Charge.payment");
    assertThat(problem(
            http.post("/charges", "{\"amount\":6,\"payment\":\"a\"}", "Idempotency-Key", "b"),
            400,
            "VTB-6001"))
        .contains("Charge.payment");
  }

  @Test
  void answers_requests_that_come_close_together_on_one_connection_in_order() throws Exception {
    StringBuilder requests = new StringBuilder();
    for (int i = 1; i <= 20; i++) {
      requests
          .append("GET /stock/item")
          .append(i)
          .append("?sizes=SMALL HTTP/1.1\r\nHost: x\r\n")
          .append(i == 20 ? "Connection: close\r\n\r\n" : "\r\n");
    }
    String answers = http.raw(requests.toString());
    int before = -1;
    for (int i = 1; i <= 20; i++) {
      int here = answers.indexOf("\"item" + i + "\"");
      assertThat(here).isGreaterThan(before);
      before = here;
    }
  }

  @Test
  void speaks_http_2_as_well() throws Exception {
    HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    HttpResponse<String> found = client.send(
        http.to("/stock/tea?sizes=SMALL").GET().build(), HttpResponse.BodyHandlers.ofString());
    assertThat(found.version()).isEqualTo(HttpClient.Version.HTTP_2);
    HttpResponse<String> reserved =
        client.send(http.postOf("/stock/reserve", RESERVE), HttpResponse.BodyHandlers.ofString());
    assertThat(reserved.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(reserved.statusCode()).isEqualTo(200);
    String large = "{\"sku\":\"" + "x".repeat(100_000) + "\",\"quantity\":1}";
    problem(
        client.send(http.postOf("/stock/reserve", large), HttpResponse.BodyHandlers.ofString()),
        413,
        "VTB-1003");
    var waiting = client.sendAsync(
        http.postOf("/ask", "{\"what\":\"wait\"}"), HttpResponse.BodyHandlers.ofString());
    await(shop.asked.future());
    waiting.cancel(true);
    await(shop.cancelled.future());
  }

  @Test
  void serves_many_clients_at_once() throws Exception {
    CompletableFuture<?>[] responses = new CompletableFuture<?>[200];
    for (int i = 0; i < responses.length; i++) {
      responses[i] = http.sendAsync(http.postOf("/stock/reserve", RESERVE))
          .thenAccept(response -> assertThat(response.statusCode()).isEqualTo(200));
    }
    CompletableFuture.allOf(responses).get(60, TimeUnit.SECONDS);
  }

  // --- what cannot work is refused when it is declared

  @Test
  void refuses_routes_that_cannot_work() throws Exception {
    var router = io.vertx.ext.web.Router.router(http.vertx);
    HttpGateway on = HttpGateway.create(router, http.node.bus(), GatewayOptions.defaults());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> on.get("/stock/:article", Shop.LOOKUP))
        .withMessageContaining("article");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> on.get("/orders/:order", Shop.REPLACE))
        .withMessageContaining("Replace.lines");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> on.post("/a", Shop.ASK).failingWith(Shop.OutOfStock.class, 422));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> on.post("/b", Shop.RESERVE).failingWith(Shop.OutOfStock.class, 200));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> on.post("/c", Shop.ASK).within(Duration.ofMinutes(2)))
        .withMessageContaining("idleTimeout");
    assertThatIllegalArgumentException().isThrownBy(() -> on.post("/c", Shop.ASK));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> on.post("/d", Shop.CHARGE).fromIdempotencyKey("nothing"));
  }

  /** Checks the form of a problem and answers its detail. */
  static String problem(HttpResponse<String> response, int status, String... codes) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
    JsonObject json = json(response);
    assertThat(json.getInteger("status")).isEqualTo(status);
    assertThat(json.getString("code")).isIn((Object[]) codes);
    assertThat(json.getString("type")).isEqualTo("urn:vertebra:" + json.getString("code"));
    assertThat(json.getString("title")).isNotBlank();
    return json.getString("detail");
  }
}
