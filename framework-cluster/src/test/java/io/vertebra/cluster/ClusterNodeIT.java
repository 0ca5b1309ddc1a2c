package io.vertebra.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.NodeOptions;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.messaging.CallOptions;
import io.vertebra.test.FreePorts;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** How nodes start and end. */
class ClusterNodeIT {
  record Ping(int number) {}

  record Pong(int number) {}

  static final Request<Ping, Pong> PING = Request.of("life.ping", Ping.class, Pong.class);
  static final CallOptions PATIENT = CallOptions.defaults().withTimeout(Duration.ofSeconds(30));

  static final class Server extends ServiceVerticle {
    @Override
    protected void services(Services on) {
      on.request(PING, ping -> Future.succeededFuture(new Pong(ping.number())));
    }
  }

  private static ClusterOptions options(int own, int other) {
    return ClusterOptions.defaults()
        .withClusterName("life-" + Math.min(own, other))
        .withEventLoops(2)
        .withPort(own)
        .withMembers("127.0.0.1:" + other);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(60, TimeUnit.SECONDS);
  }

  /** What is logged as an error while it is open. */
  private static final class Errors extends Handler implements AutoCloseable {
    final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger root = Logger.getLogger("");

    Errors() {
      root.addHandler(this);
    }

    @Override
    public void publish(LogRecord line) {
      if (line.getLevel().intValue() >= Level.SEVERE.intValue()) {
        lines.add(line.getLoggerName() + ": " + line.getMessage() + " " + line.getThrown());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      root.removeHandler(this);
    }
  }

  @Test
  void a_node_that_cannot_join_ends_what_it_had_started() throws Exception {
    List<Integer> ports = FreePorts.some(2);
    ClusterOptions options = options(ports.get(0), ports.get(1));
    ClusterOptions broken = options.withNode(NodeOptions.defaults().withObserver(node -> {
      throw new IllegalStateException("cannot watch");
    }));
    assertThatThrownBy(() -> await(ClusterNode.start(broken))).hasMessageContaining("cannot watch");
    ClusterNode node = await(ClusterNode.start(options));
    await(node.close());
  }

  @Test
  void a_vertx_instance_that_is_closed_under_its_node_ends_without_errors() throws Exception {
    List<Integer> ports = FreePorts.some(2);
    try (Errors errors = new Errors()) {
      ClusterNode node = await(ClusterNode.start(options(ports.get(0), ports.get(1))));
      ClusterNode other = await(ClusterNode.start(options(ports.get(1), ports.get(0))));
      await(other.deploy(Server::new));
      for (int i = 0; i < 100; i++) {
        await(node.bus().request(PING, new Ping(i), PATIENT));
      }
      await(other.vertx().close());
      await(node.vertx().close());
      assertThat(errors.lines).isEmpty();
    }
  }
}
