package io.vertebra.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.NodeException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.CallOptions;
import io.vertebra.test.FreePorts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.spi.cluster.NodeInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may talk to whom when a cluster has an authority of its own. */
class ClusterTlsIT {
  record Ask(String text) {}

  record Answer(String text) {}

  static final Request<Ask, Answer> ASK = Request.of("oracle.ask", Ask.class, Answer.class);
  static final CallOptions PATIENT = CallOptions.defaults().withTimeout(Duration.ofSeconds(30));

  static final class Oracle extends ServiceVerticle {
    @Override
    protected void services(Services on) {
      on.request(ASK, ask -> Future.succeededFuture(new Answer(ask.text() + "!")));
    }
  }

  @TempDir
  static Path folder;

  static ClusterTls oneOf;
  static ClusterTls twoOf;
  static ClusterTls strangerOf;

  final List<ClusterNode> nodes = new ArrayList<>();
  final Vertx stranger = Vertx.vertx();
  /** Vert.x closes a client that nobody holds. */
  final List<NetClient> clients = new ArrayList<>();

  final int port = FreePorts.one();

  @BeforeAll
  static void issue() throws Exception {
    TestAuthority authority = TestAuthority.create(folder, "cluster");
    oneOf = authority.issue("one");
    twoOf = authority.issue("two");
    strangerOf = TestAuthority.create(folder, "unrelated").issue("stranger");
  }

  @AfterEach
  void stop() throws Exception {
    for (ClusterNode node : nodes) {
      node.close().await(60, TimeUnit.SECONDS);
    }
    stranger.close().await(60, TimeUnit.SECONDS);
  }

  private ClusterNode start(int own, ClusterTls tls) throws Exception {
    ClusterNode node = ClusterNode.start(ClusterOptions.defaults()
            .withClusterName("tls-" + port)
            .withEventLoops(1)
            .withPort(own)
            .withMembers("127.0.0.1:" + port)
            .withTls(tls))
        .await(60, TimeUnit.SECONDS);
    nodes.add(node);
    return node;
  }

  private static NodeInfo addressOf(ClusterNode node) {
    return ((VertxInternal) node.vertx()).clusterManager().getNodeInfo();
  }

  /** Connects as a node would, says what the event bus says first, and completes with its answer. */
  private Future<Buffer> knock(ClusterNode node, @Nullable ClusterTls with) {
    NetClientOptions options = new NetClientOptions()
        .setSsl(true)
        .setHostnameVerificationAlgorithm("")
        .setTrustOptions(new PemTrustOptions().addCertPath(oneOf.authority().toString()));
    if (with != null) {
      options.setKeyCertOptions(new PemKeyCertOptions()
          .setKeyPath(with.key().toString())
          .setCertPath(with.certificate().toString()));
    }
    NodeInfo address = addressOf(node);
    NetClient client = stranger.createNetClient(options);
    clients.add(client);
    return client.connect(address.port(), address.host()).compose(ClusterTlsIT::ping);
  }

  /** A ping of the event bus's protocol, which is answered by one byte. */
  private static Future<Buffer> ping(NetSocket socket) {
    Promise<Buffer> pong = Promise.promise();
    socket.handler(pong::tryComplete);
    socket.exceptionHandler(pong::tryFail);
    socket.closeHandler(closed -> pong.tryFail("the connection was closed"));
    String address = "__vertx_ping";
    Buffer frame = Buffer.buffer()
        .appendByte((byte) 2)
        .appendByte((byte) 1)
        .appendByte((byte) 0)
        .appendInt(address.length())
        .appendString(address)
        .appendInt(0)
        .appendInt("me".length())
        .appendString("me")
        .appendInt(4);
    socket.write(Buffer.buffer().appendInt(frame.length()).appendBuffer(frame));
    return pong.future();
  }

  @Test
  void nodes_with_certificates_of_their_authority_talk() throws Exception {
    ClusterNode one = start(port, oneOf);
    ClusterNode two = start(FreePorts.one(), twoOf);
    two.deploy(Oracle::new).await(60, TimeUnit.SECONDS);
    assertThat(one.bus().request(ASK, new Ask("so"), PATIENT).await(60, TimeUnit.SECONDS))
        .isEqualTo(new Answer("so!"));
  }

  @Test
  void a_node_of_another_authority_is_a_member_that_nobody_talks_to() throws Exception {
    ClusterNode one = start(port, oneOf);
    ClusterNode two = start(FreePorts.one(), strangerOf);
    two.deploy(Oracle::new).await(60, TimeUnit.SECONDS);
    assertThat(((VertxInternal) one.vertx()).clusterManager().getNodes()).hasSize(2);
    Object outcome = one.bus()
        .request(ASK, new Ask("so"), PATIENT)
        .map(answer -> (Object) answer)
        .recover(Future::succeededFuture)
        .await(60, TimeUnit.SECONDS);
    assertThat(outcome).isInstanceOf(VertebraException.class);
    assertThat(((VertebraException) outcome).code()).isEqualTo(ErrorCode.NOT_SERVED);
  }

  @Test
  void nobody_gets_in_without_a_certificate_of_the_authority() throws Exception {
    ClusterNode one = start(port, oneOf);
    assertThat(knock(one, twoOf).await(60, TimeUnit.SECONDS).length()).isPositive();
    assertThatThrownBy(() -> knock(one, strangerOf).await(60, TimeUnit.SECONDS))
        .isNotInstanceOf(TimeoutException.class);
    assertThatThrownBy(() -> knock(one, null).await(60, TimeUnit.SECONDS))
        .isNotInstanceOf(TimeoutException.class);
  }

  @Test
  void a_node_whose_key_cannot_be_read_does_not_start() throws Exception {
    ClusterTls missing =
        new ClusterTls(folder.resolve("missing.key"), oneOf.certificate(), oneOf.authority());
    assertThatThrownBy(() -> start(port, missing)).isInstanceOf(NodeException.class);
  }

  @Test
  void boringssl_encrypts_where_it_is_on_the_class_path() {
    EventBusOptions options = new EventBusOptions();
    oneOf.applyTo(options);
    assertThat(ClusterTls.usesBoringSsl()).isEqualTo(OpenSSLEngineOptions.isAvailable());
    assertThat(options.getSslEngineOptions() instanceof OpenSSLEngineOptions)
        .isEqualTo(ClusterTls.usesBoringSsl());
    assertThat(options.isTrustAll()).isFalse();
  }
}
