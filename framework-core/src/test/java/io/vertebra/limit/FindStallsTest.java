package io.vertebra.limit;

import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.OneNode;
import io.vertebra.Shop.Reserve;
import io.vertebra.Shop.Reserved;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the page about blocked event loops shows. */
class FindStallsTest {
  private static final Logger LOG = Logger.getLogger(FindStallsTest.class.getName());

  // #region options
  private static final NodeOptions OPTIONS = NodeOptions.defaults()
      .withStalls(StallOptions.defaults()
          .withThreshold(Duration.ofMillis(20)) // shorter ones are not told
          .withReaction(StallOptions.Reaction.SHED));
  // #endregion options

  @RegisterExtension
  final OneNode one = new OneNode(OPTIONS);

  private final CountDownLatch told = new CountDownLatch(1);

  private Future<Reserved> readSlowly() {
    try {
      told.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return Future.succeededFuture(new Reserved("", 0));
  }

  @Test
  void the_node_tells_which_handler_it_is_and_where() {
    Node node = one.node();
    // #region watch
    node.onGuardEvent(event -> {
      if (event.kind() == GuardEvent.Kind.STALLED) {
        LOG.log(Level.FINE, "{0} holds up its event loop, cause {1}: {2}", new Object[] {
          event.contract(), event.reason(), event.detail()
        });
      }
    });
    // #endregion watch
    Queue<GuardEvent> seen = new ConcurrentLinkedQueue<>();
    node.onGuardEvent(seen::add);
    one.serve(on -> on.request(RESERVE, reserve -> readSlowly()));
    Future<Reserved> call = one.bus()
        .request(RESERVE, reserve(1), CallOptions.defaults().withTimeout(Duration.ofMinutes(5)));
    // Other code of the process may be slow too, when it runs for the first time.
    one.eventually(
        "the stall is told",
        () -> seen.stream()
            .anyMatch(event -> event.kind() == GuardEvent.Kind.STALLED
                && event.contract().equals("stock.reserve")
                && event.detail().contains("readSlowly")));
    one.eventually("the stall is in the table", () -> isInTable(node));
    told.countDown();
    resultOf(call);

    // #region table
    for (Stall stall : node.stalls()) { // the costliest first
      LOG.log(Level.FINE, "{0} of {1}: {2}, {3} times, longest {4} ms, at {5}", new Object[] {
        stall.contract(),
        stall.verticle(),
        stall.cause(),
        stall.count(),
        stall.longestMillis(),
        stall.where()
      });
    }
    // #endregion table
  }

  private static boolean isInTable(Node node) {
    return node.stalls().stream()
        .anyMatch(stall -> stall.contract().equals("stock.reserve")
            && stall.where().stream().anyMatch(frame -> frame.contains("readSlowly")));
  }

  @Test
  void a_handler_says_that_it_can_be_moved() {
    one.serve(on -> {
      // #region relocatable
      on.request(RESERVE, this::take).relocatable();
      // #endregion relocatable
    });
    Reserved reserved = resultOf(one.bus().request(RESERVE, reserve(1)));
    assertThat(reserved.left()).isEqualTo(1);
  }

  private Future<Reserved> take(Reserve order) {
    return Future.succeededFuture(new Reserved(order.order(), order.quantity()));
  }
}
