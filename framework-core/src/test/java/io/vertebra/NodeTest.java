package io.vertebra;

import static io.vertebra.OneNode.causeOf;
import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.Shop.Reserved;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.NodeException;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One node: how it comes, is found and goes. */
class NodeTest {
  @RegisterExtension
  final OneNode one = new OneNode(NodeOptions.defaults().withId("shop-1"));

  @Test
  void a_node_is_found_by_its_vertx() {
    assertThat(Node.of(one.vertx())).isSameAs(one.node());
    assertThat(one.node().vertx()).isSameAs(one.vertx());
    assertThat(one.node().id()).isEqualTo("shop-1");
    assertThat(one.node().state()).isEqualTo(NodeState.READY);
    assertThat(one.node().view().id()).isEqualTo("shop-1");
  }

  @Test
  void a_vertx_has_one_node() {
    assertThatThrownBy(() -> Node.create(one.vertx()))
        .isInstanceOfSatisfying(
            NodeException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.NODE_UNUSABLE))
        .hasMessageContaining("has a node already");
  }

  @Test
  void a_vertx_without_a_node_says_how_to_make_one() {
    Vertx bare = Vertx.vertx();
    try {
      assertThatThrownBy(() -> Node.of(bare))
          .isInstanceOfSatisfying(
              NodeException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.NODE_MISSING))
          .hasMessageContaining("Node.create(vertx)");
    } finally {
      resultOf(bare.close());
    }
  }

  @Test
  void a_node_of_a_cluster_cannot_choose_its_id() {
    try (TestCluster cluster = new TestCluster()) {
      Vertx vertx = cluster.start().vertx();
      assertThatThrownBy(() -> Node.join(vertx, NodeOptions.defaults().withId("shop-1")))
          .isInstanceOf(NodeException.class)
          .hasMessageContaining("shop-1");
    }
  }

  @Test
  void a_vertx_that_is_not_clustered_cannot_join() {
    Vertx bare = Vertx.vertx();
    try {
      assertThat(failureOf(
                  Future.succeededFuture().compose(none -> Node.join(bare, NodeOptions.defaults())))
              .code())
          .isEqualTo(ErrorCode.NODE_UNUSABLE);
    } finally {
      resultOf(bare.close());
    }
  }

  @Test
  void closing_lets_running_calls_end_and_makes_room_for_another_node() {
    Promise<Reserved> promise = Promise.promise();
    one.serve(on -> on.request(RESERVE, reserve -> promise.future()));
    Future<Reserved> answer = one.bus().request(RESERVE, reserve(1));
    one.eventually("it runs", () -> one.counts("stock.reserve").inFlight() == 1);
    Future<Void> closed = one.node().close();
    assertThat(one.node().close()).as("closing twice is closing once").isSameAs(closed);
    assertThat(one.node().state()).isEqualTo(NodeState.DRAINING);
    assertThat(closed.isComplete()).isFalse();
    promise.complete(new Reserved("finished", 0));
    assertThat(resultOf(answer).order()).isEqualTo("finished");
    resultOf(closed);
    assertThat(one.node().state()).isEqualTo(NodeState.CLOSED);
    assertThat(one.vertx().deploymentIDs()).isEmpty();
    assertThat(failureOf(one.node().deploy(() -> OneNode.service(on -> {}))).code())
        .isEqualTo(ErrorCode.NODE_MISSING);
    assertThatThrownBy(() -> one.node()
            .subscribe(
                Shop.MOVES, moved -> Future.succeededFuture(), SubscriptionOptions.defaults()))
        .hasMessageContaining("VTB-3004");
    Node another = Node.create(one.vertx());
    assertThat(Node.of(one.vertx())).isSameAs(another);
    resultOf(another.close());
  }

  @Test
  void what_never_ends_holds_up_closing_no_longer_than_the_drain_timeout() {
    Vertx vertx = Vertx.vertx();
    try {
      Node node = Node.create(
          vertx, NodeOptions.defaults().withDrainTimeout(java.time.Duration.ofMillis(100)));
      Promise<Void> runs = Promise.promise();
      resultOf(node.deploy(() -> OneNode.service(on -> on.request(RESERVE, reserve -> {
        runs.tryComplete();
        return Promise.<Reserved>promise().future();
      }))));
      Future<Reserved> answer = node.bus().request(RESERVE, reserve(1));
      resultOf(runs.future());
      resultOf(node.close());
      assertThat(answer.isComplete()).isFalse();
    } finally {
      resultOf(vertx.close());
    }
  }

  @Test
  void a_supplier_that_throws_fails_the_deployment() {
    Supplier<ServiceVerticle> broken = () -> {
      throw new IllegalStateException("on purpose");
    };
    assertThat(causeOf(Future.succeededFuture().compose(none -> one.node().deploy(broken))))
        .hasMessageContaining("on purpose");
  }

  /** As in a shaded jar that did not merge the service files. */
  @Test
  void a_missing_service_provider_is_named() throws Exception {
    try (Shaded loader = withoutServiceProviders()) {
      Class<?> program = loader.loadClass(WithoutProvider.class.getName());
      assertThat(program.getClassLoader()).isSameAs(loader);
      Thread thread = Thread.currentThread();
      ClassLoader before = thread.getContextClassLoader();
      thread.setContextClassLoader(loader);
      Object said;
      try {
        said = program.getMethod("run").invoke(null);
      } finally {
        thread.setContextClassLoader(before);
      }
      assertThat((String) said)
          .startsWith("VTB-3002 [VTB-3002] The node cannot start")
          .contains("META-INF/services/io.vertx.core.spi.VertxServiceProvider");
    }
  }

  /** Runs in a class loader of its own. */
  public static final class WithoutProvider {
    private WithoutProvider() {}

    public static String run() {
      Vertx vertx = Vertx.vertx();
      try {
        return "created " + Node.create(vertx);
      } catch (NodeException failure) {
        return failure.code().id() + " " + failure.getMessage();
      } finally {
        resultOf(vertx.close());
      }
    }
  }

  private static Shaded withoutServiceProviders() {
    URL[] classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .map(NodeTest::toUrl)
        .toArray(URL[]::new);
    return new Shaded(classPath);
  }

  private static URL toUrl(Path path) {
    try {
      return path.toUri().toURL();
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Loads everything anew, and finds no Vert.x service provider. */
  private static final class Shaded extends URLClassLoader {
    Shaded(URL[] classPath) {
      super(classPath, ClassLoader.getPlatformClassLoader());
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals("META-INF/services/io.vertx.core.spi.VertxServiceProvider")
          ? Collections.emptyEnumeration()
          : super.getResources(name);
    }
  }
}
