package io.vertebra.test.fault;

import io.vertebra.Node;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The lines between nodes to which faults were ordered. */
final class Lines {
  /** Where a node listens to other nodes. */
  private static final String ADDRESS = "vertebra.node.";

  private final Later later;
  private final Map<Ends, Line> lines = new ConcurrentHashMap<>();

  Lines(Later later) {
    this.later = later;
  }

  Line of(Node sender, Node receiver) {
    return lines.computeIfAbsent(new Ends(sender.id(), receiver.id()), ends -> {
      Line line = new Line(ADDRESS + receiver.id(), later);
      sender.vertx().eventBus().addOutboundInterceptor(line::pass);
      return line;
    });
  }

  private record Ends(String sender, String receiver) {}
}
