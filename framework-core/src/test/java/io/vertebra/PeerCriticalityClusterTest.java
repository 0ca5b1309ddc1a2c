package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Criticality;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node believes of what others say about the importance of their calls. */
class PeerCriticalityClusterTest {
  private static final CallOptions MOST_IMPORTANT =
      CallOptions.defaults().withCriticality(Criticality.CRITICAL_PLUS);

  private final TestCluster cluster = new TestCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static Shop.Reserved ask(Node node) {
    return await(node.bus().request(Shop.RESERVE, Shop.reserve(1), MOST_IMPORTANT));
  }

  private static void serveCriticality(Node node) {
    serve(
        node,
        Shop.RESERVE,
        (reserve, call) -> Future.succeededFuture(
            new Shop.Reserved(call.metadata().criticality().name(), 0)));
  }

  @Test
  void another_node_is_believed_by_default() {
    Node server = cluster.start();
    Node caller = cluster.start();
    serveCriticality(server);

    assertThat(ask(caller).order()).isEqualTo("CRITICAL_PLUS");
  }

  @Test
  void it_counts_at_most_as_what_the_node_allows_while_local_calls_keep_theirs() {
    Node server =
        cluster.start(NodeOptions.defaults().withPeerCriticality(Criticality.SHEDDABLE_PLUS));
    Node caller = cluster.start();
    serveCriticality(server);

    assertThat(ask(caller).order()).isEqualTo("SHEDDABLE_PLUS");
    assertThat(ask(server).order()).isEqualTo("CRITICAL_PLUS");
    assertThat(server.view().guarded(GuardEvent.Kind.DISTRUSTED, caller.id(), "criticality"))
        .isEqualTo(1);
  }
}
