package io.vertebra.gateway;

import static io.vertebra.gateway.HttpClients.await;
import static io.vertebra.gateway.HttpClients.json;
import static io.vertebra.gateway.HttpGatewayTest.problem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertebra.messaging.CallOptions;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AcceptedWorkTest {
  HttpClients http;
  Shop shop;
  ManualProgress work;
  String gatewayId;

  @BeforeEach
  void open() throws Exception {
    http = new HttpClients();
    shop = new Shop();
    http.deploy(shop);
    work = new ManualProgress();
    gatewayId = deploy(GatewayOptions.defaults());
  }

  String deploy(GatewayOptions options) throws Exception {
    return http.deploy(HttpClients.gateway(options, on -> {
      on.accept("/work", Shop.ASK, work);
      on.accept("/moved", Shop.ASK, work).locatedAt(key -> "https://example.org/work/" + key);
      on.accept(
              "/charges",
              Shop.CHARGE,
              Progress.ofCalls(http.node.bus(), Shop.CHARGE, CallOptions.defaults(), 2))
          .fromIdempotencyKey("payment");
      on.accept("/hasty", Shop.ASK, work).within(Duration.ofMillis(50));
    }));
  }

  @AfterEach
  void close() throws Exception {
    http.close();
  }

  HttpResponse<String> begin(String what) throws Exception {
    return http.post("/work", new JsonObject().put("what", what).encode());
  }

  EventStream events(String key, String... headers) throws Exception {
    var request = http.to("/work/" + key + "/events");
    return new EventStream((headers.length == 0 ? request : request.headers(headers)).build());
  }

  // --- beginning and looking

  @Test
  void answers_202_with_a_location_that_tells_the_status_and_then_the_outcome() throws Exception {
    HttpResponse<String> accepted = begin("tea");
    assertThat(accepted.statusCode()).isEqualTo(202);
    assertThat(accepted.headers().firstValue("location")).hasValue("/work/tea");
    assertThat(json(accepted).getString("status")).isEqualTo("RUNNING");

    HttpResponse<String> running = http.get("/work/tea");
    assertThat(running.statusCode()).isEqualTo(202);
    assertThat(running.headers().firstValue("retry-after")).hasValue("1");
    assertThat(json(running))
        .isEqualTo(new JsonObject().put("key", "tea").put("status", "RUNNING").put("final", false));

    work.end("tea", "hot");
    HttpResponse<String> ended = http.get("/work/tea");
    assertThat(ended.statusCode()).isEqualTo(200);
    assertThat(json(ended))
        .isEqualTo(new JsonObject()
            .put("key", "tea")
            .put("status", "COMPLETED")
            .put("final", true)
            .put("outcome", new JsonObject().put("what", "hot")));
  }

  @Test
  void says_404_for_keys_it_does_not_know() throws Exception {
    problem(http.get("/work/nothing"), 404, "VTB-6002");
    problem(http.get("/work/nothing/events"), 404, "VTB-6002");
    problem(http.get("/work/" + "x".repeat(3_000)), 404, "VTB-6002");
    problem(http.get("/work/..%2f..%2fetc%2fpasswd"), 404, "VTB-6002");
  }

  @Test
  void locates_keys_of_any_characters() throws Exception {
    for (String key : List.of("a/b", "../x", "a b", "ä?#%", "line\r\nSet-Cookie: x=1")) {
      HttpResponse<String> accepted = begin(key);
      assertThat(accepted.statusCode()).isEqualTo(202);
      assertThat(accepted.headers().firstValue("set-cookie")).isEmpty();
      String location = accepted.headers().firstValue("location").orElseThrow();
      assertThat(json(http.get(location)).getString("key")).isEqualTo(key);
    }
  }

  @Test
  void lets_a_route_say_where_its_work_is() throws Exception {
    assertThat(http.post("/moved", "{\"what\":\"a b\"}").headers().firstValue("location"))
        .hasValue("https://example.org/work/a%20b");
  }

  @Test
  void says_what_is_wrong_with_a_message_before_it_begins_anything() throws Exception {
    assertThat(problem(http.post("/work", "{}"), 400, "VTB-1004")).contains("Ask.what");
    assertThat(work.events).isEmpty();
  }

  @Test
  void says_504_if_beginning_takes_too_long() throws Exception {
    problem(http.post("/hasty", "{\"what\":\"hang\"}"), 504, "VTB-2002");
  }

  // --- calls as work

  @Test
  void runs_a_call_in_the_background_and_joins_it_by_its_key() throws Exception {
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> accepted =
          http.post("/charges", "{\"amount\":5}", "Idempotency-Key", "pay-1");
      assertThat(accepted.statusCode()).isEqualTo(202);
      assertThat(accepted.headers().firstValue("location")).hasValue("/charges/pay-1");
    }
    try (EventStream events = new EventStream(http.to("/charges/pay-1/events").build())) {
      assertThat(events.next().data()).contains("STARTED");
      assertThat(events.next().data()).contains("COMPLETED");
      assertThat(events.next().event()).isEqualTo("outcome");
      assertThat(events.isOver()).isTrue();
    }
    assertThat(json(http.get("/charges/pay-1")).getJsonObject("outcome").getInteger("times"))
        .isEqualTo(1);
    assertThat(shop.charges).hasValue(1);
  }

  @Test
  void forgets_the_oldest_outcomes() throws Exception {
    for (String key : List.of("a", "b", "c")) {
      http.post("/charges", "{\"amount\":5}", "Idempotency-Key", key);
      try (EventStream events =
          new EventStream(http.to("/charges/" + key + "/events").build())) {
        assertThat(events.ids()).hasSize(3);
      }
    }
    assertThat(http.get("/charges/a").statusCode()).isEqualTo(404);
    assertThat(http.get("/charges/b").statusCode()).isEqualTo(200);
    assertThat(http.get("/charges/c").statusCode()).isEqualTo(200);
  }

  @Test
  void tells_why_a_call_in_the_background_failed_and_begins_it_again_on_demand() throws Exception {
    http.close();
    http = new HttpClients();
    Progress<Shop.Charge, Shop.Charged> unserved =
        Progress.ofCalls(http.node.bus(), Shop.CHARGE, CallOptions.defaults(), 10);
    http.deploy(HttpClients.gateway(
        GatewayOptions.defaults(), on -> on.accept("/charges", Shop.CHARGE, unserved)));
    String charge = "{\"payment\":\"p\",\"amount\":1}";
    http.post("/charges", charge);
    try (EventStream events = new EventStream(http.to("/charges/p/events").build())) {
      assertThat(events.ids()).containsExactly("1", "2", "3");
    }
    JsonObject failed = json(http.get("/charges/p"));
    assertThat(failed.getString("status")).isEqualTo("FAILED");
    assertThat(failed.getJsonObject("problem").getString("code")).isEqualTo("VTB-2001");
    shop = new Shop();
    http.deploy(shop);
    http.post("/charges", charge);
    try (EventStream events = new EventStream(http.to("/charges/p/events").build())) {
      assertThat(events.ids()).containsExactly("1", "2", "3", "4", "5");
    }
    assertThat(json(http.get("/charges/p")).getString("status")).isEqualTo("COMPLETED");
  }

  @Test
  void refuses_to_keep_calls_that_have_no_key() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Progress.ofCalls(http.node.bus(), Shop.ASK, CallOptions.defaults(), 10))
        .withMessageContaining("idempotentBy");
  }

  // --- events

  @Test
  void streams_what_has_happened_and_then_what_happens_until_the_outcome() throws Exception {
    begin("tea");
    work.happen("tea", "REPLIED");
    try (EventStream events = events("tea")) {
      assertThat(events.response.headers().firstValue("content-type"))
          .hasValue("text/event-stream");
      assertThat(events.next().id()).isEqualTo("1");
      EventStream.Received second = events.next();
      assertThat(second.id()).isEqualTo("2");
      assertThat(second.event()).isEqualTo("step");
      assertThat(new JsonObject(second.data()))
          .isEqualTo(new JsonObject()
              .put("kind", "REPLIED")
              .put("step", "step-1")
              .put("attempt", 1)
              .put("detail", "")
              .put("at", "1970-01-01T00:00:00Z"));
      work.happen("tea", "REPLIED");
      assertThat(events.next().id()).isEqualTo("3");
      work.happen("tea", "COMPLETED");
      work.end("tea", "hot");
      assertThat(events.next().id()).isEqualTo("4");
      EventStream.Received outcome = events.next();
      assertThat(outcome.event()).isEqualTo("outcome");
      assertThat(outcome.id()).isEqualTo("5");
      assertThat(new JsonObject(outcome.data()).getJsonObject("outcome").getString("what"))
          .isEqualTo("hot");
      assertThat(events.isOver()).isTrue();
    }
    assertThat(work.watching).hasValue(0);
  }

  @Test
  void resumes_after_the_last_event_a_client_has_seen() throws Exception {
    begin("tea");
    work.happen("tea", "REPLIED");
    work.happen("tea", "COMPLETED");
    work.end("tea", "hot");
    assertThat(events("tea", "Last-Event-ID", "2").ids()).containsExactly("3", "4");
    assertThat(events("tea", "Last-Event-ID", "3").ids()).containsExactly("4");
    EventStream over = events("tea", "Last-Event-ID", "4");
    assertThat(over.response.statusCode()).isEqualTo(204);
    assertThat(over.isOver()).isTrue();
    problem(http.get("/work/tea/events", "Last-Event-ID", "yesterday"), 400, "VTB-6001");
    problem(http.get("/work/tea/events", "Last-Event-ID", "-1"), 400, "VTB-6001");
  }

  @Test
  void sends_every_event_once_while_they_happen_all_at_once() throws Exception {
    begin("tea");
    try (EventStream events = events("tea")) {
      Thread[] threads = new Thread[4];
      for (int t = 0; t < threads.length; t++) {
        threads[t] = new Thread(() -> {
          for (int i = 0; i < 100; i++) {
            work.happen("tea", "REPLIED");
          }
        });
        threads[t].start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      work.end("tea", "hot");
      List<String> ids = events.ids();
      assertThat(ids).hasSize(402).doesNotHaveDuplicates();
      assertThat(ids.get(401)).isEqualTo("402");
    }
  }

  @Test
  void keeps_a_quiet_stream_alive() throws Exception {
    await(http.vertx.undeploy(gatewayId));
    deploy(GatewayOptions.defaults().withKeepAlive(Duration.ofMillis(20)));
    begin("tea");
    try (EventStream events = events("tea")) {
      events.next();
      assertThat(events.line()).isEqualTo(":");
      assertThat(events.line()).isEmpty();
      assertThat(events.line()).isEqualTo(":");
    }
  }

  @Test
  void notices_what_happens_elsewhere_while_it_keeps_a_stream_alive() throws Exception {
    await(http.vertx.undeploy(gatewayId));
    deploy(GatewayOptions.defaults().withKeepAlive(Duration.ofMillis(20)));
    begin("tea");
    try (EventStream events = events("tea")) {
      events.next();
      work.states.put("tea", Progress.State.ended("tea", "COMPLETED", new Shop.Answer("hot")));
      assertThat(events.next().event()).isEqualTo("outcome");
    }
  }

  @Test
  void cuts_off_a_client_that_does_not_read_and_keeps_nothing_for_it() throws Exception {
    await(http.vertx.undeploy(gatewayId));
    deploy(GatewayOptions.defaults().withSlowClientTimeout(Duration.ofMillis(200)));
    begin("tea");
    for (int i = 0; i < 40_000; i++) {
      work.events
          .computeIfAbsent("many", key -> new java.util.ArrayList<>())
          .add(new Progress.Event("REPLIED", "x".repeat(200), 1, "", java.time.Instant.EPOCH));
    }
    work.states.put("many", Progress.State.running("many", "RUNNING"));
    NetSocket socket = http.connect();
    Promise<Void> closed = Promise.promise();
    socket.closeHandler(end -> closed.complete());
    socket.pause();
    await(socket.write("GET /work/many/events HTTP/1.1\r\nHost: x\r\n\r\n"));
    while (work.watching.get() == 0) {
      Thread.onSpinWait();
    }
    while (work.watching.get() > 0) {
      Thread.onSpinWait();
    }
    socket.resume();
    await(closed.future());
    assertThat(http.get("/work/many").statusCode()).isEqualTo(202);
  }

  @Test
  void goes_on_with_a_client_that_reads_again() throws Exception {
    for (int i = 0; i < 40_000; i++) {
      work.events
          .computeIfAbsent("many", key -> new java.util.ArrayList<>())
          .add(new Progress.Event("REPLIED", "x".repeat(200), 1, "", java.time.Instant.EPOCH));
    }
    work.states.put("many", Progress.State.running("many", "RUNNING"));
    work.end("many", "done");
    List<String> ids = events("many").ids();
    assertThat(ids).hasSize(40_001).doesNotHaveDuplicates();
  }

  @Test
  void lets_go_of_a_stream_whose_client_went_away() throws Exception {
    begin("tea");
    EventStream events = events("tea");
    events.next();
    events.close();
    while (work.watching.get() > 0) {
      work.happen("tea", "REPLIED");
      Thread.onSpinWait();
    }
    assertThat(work.watching).hasValue(0);
  }

  @Test
  void refuses_more_streams_than_allowed() throws Exception {
    await(http.vertx.undeploy(gatewayId));
    deploy(GatewayOptions.defaults().withMaxEventStreams(1));
    begin("tea");
    try (EventStream first = events("tea")) {
      first.next();
      HttpResponse<String> refused = http.get("/work/tea/events");
      problem(refused, 503, "VTB-2004");
      assertThat(refused.headers().firstValue("retry-after")).hasValue("5");
      work.end("tea", "hot");
      assertThat(first.next().event()).isEqualTo("outcome");
      assertThat(first.isOver()).isTrue();
    }
    assertThat(events("tea").ids()).hasSize(2);
  }

  @Test
  void ends_streams_when_the_gateway_stops_so_that_clients_resume_elsewhere() throws Exception {
    begin("tea");
    try (EventStream events = events("tea")) {
      assertThat(events.next().id()).isEqualTo("1");
      await(http.vertx.undeploy(gatewayId));
      assertThat(events.isOver()).isTrue();
    }
    deploy(GatewayOptions.defaults());
    work.happen("tea", "COMPLETED");
    work.end("tea", "hot");
    assertThat(events("tea", "Last-Event-ID", "1").ids()).containsExactly("2", "3");
  }
}
