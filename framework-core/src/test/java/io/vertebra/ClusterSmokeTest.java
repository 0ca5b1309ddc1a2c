package io.vertebra;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.link.LinkLoopTransport;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Gathered;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import io.vertx.test.fakecluster.FakeClusterManager;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterSmokeTest {
  record Greet(String name) {}

  record Greeting(String text, String node) {}

  static final Request<Greet, Greeting> GREET =
      Request.of("greeter.greet", Greet.class, Greeting.class);
  static final Topic<Greeting> GREETED = Topic.of("greeter.greeted", Greeting.class);

  static class Greeter extends ServiceVerticle {
    @Override
    protected void services(Services on) {
      on.request(
          GREET,
          greet -> Future.succeededFuture(
              new Greeting("Hello " + greet.name(), node().id())));
    }
  }

  Node a;
  Node b;

  static Node start() throws Exception {
    FakeClusterManager cluster = new FakeClusterManager();
    Vertx vertx = Vertx.builder()
        .with(new VertxOptions().setEventLoopPoolSize(2))
        .withClusterManager(cluster)
        .withTransport(LinkLoopTransport.wrap(Transport.NIO))
        .buildClustered()
        .await(20, TimeUnit.SECONDS);
    ((LinkLoopTransport.Loops) ((VertxInternal) vertx).nettyEventLoopGroup()).started();
    return Node.join(vertx, NodeOptions.defaults()).await(20, TimeUnit.SECONDS);
  }

  @BeforeEach
  void join() throws Exception {
    a = start();
    b = start();
  }

  @AfterEach
  void leave() throws Exception {
    a.close().eventually(() -> a.vertx().close()).await(20, TimeUnit.SECONDS);
    b.close().eventually(() -> b.vertx().close()).await(20, TimeUnit.SECONDS);
    FakeClusterManager.reset();
  }

  @Test
  void calls_a_contract_that_another_node_serves() throws Exception {
    b.deploy(Greeter::new).await(20, TimeUnit.SECONDS);
    Greeting greeting = a.bus().request(GREET, new Greet("Ada")).await(20, TimeUnit.SECONDS);
    assertThat(greeting).isEqualTo(new Greeting("Hello Ada", b.id()));
  }

  @Test
  void gathers_from_all_nodes_and_publishes_to_all() throws Exception {
    a.deploy(Greeter::new, 2).await(20, TimeUnit.SECONDS);
    b.deploy(Greeter::new, 2).await(20, TimeUnit.SECONDS);
    Gathered<Greeting> gathered =
        a.bus().gather(GREET, new Greet("Ada")).all().await(20, TimeUnit.SECONDS);
    assertThat(gathered.replies()).hasSize(4);
    Promise<Greeting> heard = Promise.promise();
    b.vertx()
        .deployVerticle(new ServiceVerticle() {
          @Override
          protected void services(Services on) {
            on.topic(GREETED, greeting -> {
              heard.tryComplete(greeting);
              return Future.succeededFuture();
            });
          }
        })
        .await(20, TimeUnit.SECONDS);
    var publication = a.bus()
        .publishAcknowledged(GREETED, new Greeting("Hi", a.id()), CallOptions.defaults())
        .await(20, TimeUnit.SECONDS);
    assertThat(publication.subscribers()).isEqualTo(1);
    assertThat(heard.future().await(20, TimeUnit.SECONDS).text()).isEqualTo("Hi");
  }
}
