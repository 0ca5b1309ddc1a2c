package io.vertebra.benchmarks.fault;

import io.vertebra.Node;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.cluster.OurCluster;
import io.vertebra.benchmarks.load.OpenLoop;
import io.vertebra.benchmarks.process.ParentLine;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.process.Quiet;
import io.vertebra.benchmarks.raw.OrderPlaced;
import io.vertebra.benchmarks.raw.PlaceOrder;
import io.vertebra.contract.Request;
import io.vertebra.wire.Format;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.stream.IntStream;

/**
 * Main class of one of the three nodes that are restarted: {@code number membership perSecond}. There
 * is one contract for each number, which the other two serve, so that its calls have to travel.
 */
final class RollingNode {
  static final int NODES = 3;

  private RollingNode() {}

  /** Serves and calls until it is told to {@code stop}, and to {@code drain}; then says what it saw, and ends. */
  public static void main(String[] args) {
    Quiet.logging();
    int number = Integer.parseInt(args[0]);
    Peer peer =
        new Peer(IntStream.range(0, NODES).filter(other -> other != number).toArray());
    OurCluster.start(Membership.parse(args[1]), Format.JSON)
        .compose(node -> node.deploy(() -> peer).map(node))
        .onComplete(
            node -> {
              ParentLine.say("ready");
              ParentLine.listen(new Obedience(node, peer, number, Integer.parseInt(args[2]))::hear);
            },
            failure -> {
              failure.printStackTrace();
              Runtime.getRuntime().halt(1);
            });
  }

  /** The contract that the nodes with another number serve. */
  static Request<PlaceOrder, OrderPlaced> contractOf(int number) {
    return Request.of("orders.place-" + number, PlaceOrder.class, OrderPlaced.class);
  }

  /** What the node does when told. */
  private static final class Obedience {
    private final Node node;
    private final OpenLoop load;

    Obedience(Node node, Peer peer, int number, int perSecond) {
      this.node = node;
      Request<PlaceOrder, OrderPlaced> contract = contractOf(number);
      this.load = new OpenLoop(peer.context(), id -> peer.place(contract, id), perSecond);
    }

    void hear(String line) {
      switch (line) {
        case "call" -> load.start();
        case "stop" -> load.stop();
        case "drain" -> drain();
        default -> throw new IllegalArgumentException(line);
      }
    }

    private void drain() {
      // No more calls from now on; those under way have to end well while the node drains.
      Future<OpenLoop.Report> report = load.stop();
      Future<Void> closed = node.close();
      ParentLine.say(
          CallerReport.of(Patience.await(report), node.view().reroutedCalls()).text());
      Patience.await(closed);
      Runtime.getRuntime().halt(0);
    }
  }

  /** Serves its contracts and makes calls. */
  static final class Peer extends ServiceVerticle {
    private final int[] served;

    Peer(int... served) {
      this.served = served;
    }

    @Override
    protected void services(Services on) {
      for (int number : served) {
        on.request(
            contractOf(number), order -> Future.succeededFuture(new OrderPlaced(order.id(), true)));
      }
    }

    Context context() {
      return context;
    }

    Future<OrderPlaced> place(Request<PlaceOrder, OrderPlaced> contract, long id) {
      return bus().request(contract, PlaceOrder.of(id));
    }
  }
}
