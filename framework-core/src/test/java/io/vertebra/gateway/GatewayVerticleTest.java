package io.vertebra.gateway;

import static io.vertebra.gateway.HttpClients.await;
import static io.vertebra.gateway.HttpClients.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.NodeState;
import io.vertebra.error.NodeException;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GatewayVerticleTest {
  static final String WAIT = "{\"what\":\"wait\"}";

  HttpClients http;
  Shop shop;

  @BeforeEach
  void open() throws Exception {
    http = new HttpClients();
    shop = new Shop();
    http.deploy(shop);
  }

  @AfterEach
  void close() throws Exception {
    http.close();
  }

  static GatewayVerticle gateway(GatewayOptions options) {
    return HttpClients.gateway(options, on -> on.post("/ask", Shop.ASK));
  }

  /** A gateway that begins to close its server when the promise is completed. */
  static GatewayVerticle gateway(Promise<Void> noticed) {
    return new GatewayVerticle(GatewayOptions.defaults()
        .withPort(0)
        .withDrainNotice(Duration.ofSeconds(1))
        .withDrainTimeout(Duration.ofSeconds(30))) {
      @Override
      protected void routes(HttpGateway on) {
        on.post("/ask", Shop.ASK);
      }

      @Override
      Future<Void> pause(long millis) {
        return noticed.future();
      }
    };
  }

  @Test
  void is_live_and_ready_once_deployed() throws Exception {
    http.deploy(gateway(GatewayOptions.defaults()));
    assertThat(http.get("/live").statusCode()).isEqualTo(200);
    HttpResponse<String> ready = http.get("/ready");
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(json(ready).getString("status")).isEqualTo("READY");
  }

  @Test
  void is_not_ready_while_its_node_is_quiesced() throws Exception {
    http.deploy(gateway(GatewayOptions.defaults()));
    await(http.node.quiesce());
    HttpResponse<String> ready = http.get("/ready");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(json(ready).getString("status")).isEqualTo("QUIESCED");
    assertThat(http.get("/live").statusCode()).isEqualTo(200);
    await(http.node.resume());
    assertThat(http.get("/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void says_503_first_then_lets_running_requests_end_and_then_stops() throws Exception {
    Promise<Void> noticed = Promise.promise();
    String id = http.deploy(gateway(noticed));
    CompletableFuture<HttpResponse<String>> running = http.sendAsync(http.postOf("/ask", WAIT));
    await(shop.asked.future());
    Future<Void> stopped = http.vertx.undeploy(id);
    HttpResponse<String> ready = http.get("/ready");
    while (ready.statusCode() == 200) { // the undeployment is under way to its event loop
      ready = http.get("/ready");
    }
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(http.post("/ask", "{\"what\":\"late\"}").statusCode()).isEqualTo(200);
    noticed.complete();
    awaitRefusal();
    assertThat(stopped.isComplete()).isFalse();
    shop.answer.complete(new Shop.Answer("at last"));
    assertThat(running.get(30, TimeUnit.SECONDS).body()).isEqualTo("{\"what\":\"at last\"}");
    await(stopped);
  }

  private void awaitRefusal() throws Exception {
    while (true) {
      try {
        await(http.connect().close());
      } catch (ConnectException refused) {
        return;
      }
    }
  }

  @Test
  void cuts_off_requests_that_run_longer_than_a_drain_may_take() throws Exception {
    String id =
        http.deploy(gateway(GatewayOptions.defaults().withDrainTimeout(Duration.ofMillis(50))));
    CompletableFuture<HttpResponse<String>> running = http.sendAsync(http.postOf("/ask", WAIT));
    await(shop.asked.future());
    await(http.vertx.undeploy(id));
    assertThatThrownBy(() -> running.get(30, TimeUnit.SECONDS)).isNotNull();
    await(shop.cancelled.future());
  }

  @Test
  void lets_running_requests_end_before_the_services_of_a_closing_node_stop() throws Exception {
    Promise<Void> noticed = Promise.promise();
    http.deploy(gateway(noticed));
    CompletableFuture<HttpResponse<String>> running = http.sendAsync(http.postOf("/ask", WAIT));
    await(shop.asked.future());
    Future<Void> closed = http.node.close();
    HttpResponse<String> ready = http.get("/ready");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(json(ready).getString("status")).isEqualTo(NodeState.DRAINING.name());
    assertThat(http.post("/ask", "{\"what\":\"late\"}").statusCode()).isEqualTo(200);
    noticed.complete();
    shop.answer.complete(new Shop.Answer("at last"));
    assertThat(running.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    await(closed);
    assertThat(http.vertx.deploymentIDs()).isEmpty();
  }

  @Test
  void prepares_before_it_listens_and_disposes_after_it_stopped() throws Exception {
    Promise<Integer> disposed = Promise.promise();
    GatewayVerticle gateway = new GatewayVerticle(GatewayOptions.defaults().withPort(0)) {
      private Shop.Answer answer = new Shop.Answer("unprepared");

      @Override
      protected Future<?> prepare() {
        return bus().request(Shop.ASK, new Shop.Ask("prepared")).onSuccess(a -> answer = a);
      }

      @Override
      protected void routes(HttpGateway on) {
        on.router().get("/prepared").handler(request -> request.end(answer.what()));
      }

      @Override
      protected Future<?> dispose() {
        disposed.complete(port());
        return Future.succeededFuture();
      }
    };
    String id = http.deploy(gateway);
    assertThat(http.get("/prepared").body()).isEqualTo("prepared");
    await(http.vertx.undeploy(id));
    assertThat(await(disposed.future())).isEqualTo(gateway.port());
  }

  /** From below the range of outgoing connections, so that none of those takes it meanwhile. */
  private static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (ServerSocket free = new ServerSocket()) {
        free.bind(new InetSocketAddress("127.0.0.1", port));
        return port;
      } catch (BindException taken) {
        continue;
      }
    }
  }

  @Test
  void shares_its_port_between_instances_and_stops_them_all_with_the_node() throws Exception {
    int port = freePort();
    Set<GatewayVerticle> asked = ConcurrentHashMap.newKeySet();
    class Instance extends GatewayVerticle {
      Instance() {
        super(GatewayOptions.defaults().withPort(port));
      }

      @Override
      protected void routes(HttpGateway on) {
        on.post("/ask", Shop.ASK);
        on.router().get("/who").handler(request -> {
          asked.add(this);
          request.end();
        });
      }
    }
    await(http.node.deploy(Instance::new, 2));
    while (asked.size() < 2) {
      NetSocket socket = await(http.vertx.createNetClient().connect(port, "127.0.0.1"));
      Promise<Void> closed = Promise.promise();
      socket.closeHandler(end -> closed.complete());
      await(socket.write("GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
      await(closed.future());
    }
    await(http.node.close());
    assertThat(http.vertx.deploymentIDs()).isEmpty();
    assertThatThrownBy(() -> await(http.vertx.createNetClient().connect(port, "127.0.0.1")))
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void takes_its_options_from_the_configuration_it_is_deployed_with() throws Exception {
    GatewayVerticle gateway = new GatewayVerticle() {
      @Override
      protected void routes(HttpGateway on) {
        on.post("/ask", Shop.ASK);
      }
    };
    JsonObject config = GatewayOptions.defaults().withPort(0).withMaxBody(10).toJson();
    await(http.vertx.deployVerticle(gateway, new DeploymentOptions().setConfig(config)));
    assertThat(gateway.port()).isPositive();
  }

  @Test
  void fails_to_deploy_where_there_is_no_node_or_the_port_is_taken() throws Exception {
    Vertx bare = Vertx.vertx();
    assertThatThrownBy(() -> await(bare.deployVerticle(gateway(GatewayOptions.defaults()))))
        .isInstanceOf(NodeException.class);
    await(bare.close());
    GatewayVerticle first = gateway(GatewayOptions.defaults());
    http.deploy(first);
    HttpClients other = new HttpClients();
    GatewayVerticle second = new GatewayVerticle(GatewayOptions.defaults().withPort(first.port())) {
      @Override
      protected void routes(HttpGateway on) {
        on.post("/ask", Shop.ASK);
      }
    };
    assertThatThrownBy(() -> other.deploy(second)).isInstanceOf(java.net.BindException.class);
    other.close();
  }

  @Test
  void keeps_its_options_as_json() {
    GatewayOptions options = GatewayOptions.defaults()
        .withHost("0.0.0.0")
        .withPort(9000)
        .withTimeout(Duration.ofSeconds(7))
        .withIdleTimeout(Duration.ofSeconds(90))
        .withDrainNotice(Duration.ofSeconds(3))
        .withDrainTimeout(Duration.ofSeconds(20))
        .withMaxEventStreams(5)
        .withKeepAlive(Duration.ofSeconds(2))
        .withSlowClientTimeout(Duration.ofSeconds(4))
        .withMaxBody(77);
    assertThat(GatewayOptions.fromJson(options.toJson()).toJson()).isEqualTo(options.toJson());
    assertThat(GatewayOptions.fromJson(new JsonObject()).toJson())
        .isEqualTo(GatewayOptions.defaults().toJson());
    assertThat(options.toJson().size()).isEqualTo(10);
  }

  @Test
  void refuses_options_that_contradict_each_other() {
    GatewayOptions options = GatewayOptions.defaults();
    assertThatIllegalArgumentException().isThrownBy(() -> options.withPort(65_536));
    assertThatIllegalArgumentException().isThrownBy(() -> options.withHost(" "));
    assertThatIllegalArgumentException().isThrownBy(() -> options.withMaxBody(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withTimeout(Duration.ofSeconds(60)))
        .withMessageContaining("idleTimeout");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withKeepAlive(Duration.ofMinutes(2)))
        .withMessageContaining("idleTimeout");
    assertThatIllegalArgumentException().isThrownBy(() -> options.withTimeout(Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withDrainTimeout(Duration.ofSeconds(-1)));
  }
}
