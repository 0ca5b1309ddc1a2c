package io.vertebra.examples.orders;

import io.vertebra.cluster.ClusterNode;
import io.vertebra.cluster.ClusterOptions;
import io.vertebra.examples.orders.ledger.Ledger;
import io.vertebra.examples.orders.ledger.Run;
import io.vertebra.examples.orders.services.Shop;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A process of {@code --nodes 3} with all services; it ends when the one that started it ends. */
final class ShopNode {
  static final String READY = "READY";

  /** The environment variable with the URI of the database. */
  static final String DATABASE = "ORDER_FULFILMENT_DATABASE";

  private static final Map<Logger, Level> LOGGERS = Map.of(
      Logger.getLogger("com.hazelcast"), Level.SEVERE,
      Logger.getLogger("io.vertx.core.eventbus.impl.clustered"), Level.SEVERE,
      Logger.getLogger("io.vertx.core.net.impl.ConnectionBase"), Level.OFF);

  private ShopNode() {}

  /** Arguments: its number, which is its index among the members, the run, and the members as host:port. */
  public static void main(String[] args) throws IOException {
    quietLog();
    List<String> members = List.of(args).subList(2, args.length);
    ClusterNode node = join(Integer.parseInt(args[0]), members).await();
    Run run = new Run(Integer.parseInt(args[1]), true);
    String database = Objects.requireNonNull(System.getenv(DATABASE), DATABASE);
    Ledger ledger = Ledger.open(node.vertx(), database, run, "node-" + args[0]).await();
    Shop.deploy(node, ledger).await();
    System.out.println(READY);
    // The parent holds the other end of the pipe: it says when it is done, or it is dead.
    if (System.in.read() < 0) {
      Runtime.getRuntime().halt(1);
    }
    node.close().await();
    System.exit(0);
  }

  /** Says nothing of connections to a node that has left or was killed: that is what this program does. */
  static void quietLog() {
    LOGGERS.forEach(Logger::setLevel);
  }

  static Future<ClusterNode> join(int index, List<String> members) {
    String own = members.get(index);
    int port = Integer.parseInt(own.substring(own.lastIndexOf(':') + 1));
    return ClusterNode.start(ClusterOptions.defaults()
        .withClusterName("order-fulfilment-" + members.get(0))
        .withPort(port)
        .withMembers(members.toArray(String[]::new)));
  }
}
