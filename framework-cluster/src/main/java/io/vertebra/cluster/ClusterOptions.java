package io.vertebra.cluster;

import io.vertebra.NodeOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a node finds the others and talks to them. Immutable; {@code withX} returns a copy. */
public final class ClusterOptions {
  private static final ClusterOptions DEFAULTS = new ClusterOptions(new Draft());

  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(?:[^:\\s]+|\\[[0-9a-fA-F:]+]):(\\d{1,5})");

  private final Draft values;

  /** The values, before and after they are checked. */
  private static final class Draft {
    String clusterName = "vertebra";
    String host = "127.0.0.1";
    int port = 5701;
    List<String> members = List.of();
    Duration heartbeatTimeout = Duration.ofSeconds(5);
    int eventLoops = 2 * Runtime.getRuntime().availableProcessors();
    NodeOptions node = NodeOptions.defaults();

    @Nullable
    ClusterTls tls;

    Draft copy() {
      Draft copy = new Draft();
      copy.clusterName = clusterName;
      copy.host = host;
      copy.port = port;
      copy.members = members;
      copy.heartbeatTimeout = heartbeatTimeout;
      copy.eventLoops = eventLoops;
      copy.node = node;
      copy.tls = tls;
      return copy;
    }
  }

  private ClusterOptions(Draft values) {
    if (!isPort(values.port)) {
      throw new IllegalArgumentException("port must lie between 1 and 65535: " + values.port);
    }
    if (values.eventLoops < 1) {
      throw new IllegalArgumentException("eventLoops must be at least 1: " + values.eventLoops);
    }
    if (values.heartbeatTimeout.toSeconds() < 2) {
      throw new IllegalArgumentException(
          "heartbeatTimeout must be at least 2 s: " + values.heartbeatTimeout);
    }
    if (values.clusterName.isBlank()) {
      throw new IllegalArgumentException("clusterName is empty");
    }
    if (values.node.hasId()) {
      throw new IllegalArgumentException(
          "the membership names the nodes of a cluster; leave out NodeOptions.withId: "
              + values.node.id());
    }
    if (values.host.isBlank()) {
      throw new IllegalArgumentException("host is empty");
    }
    for (String member : values.members) {
      if (!isHostAndPort(member)) {
        throw new IllegalArgumentException("a member is given as host:port, not '" + member + "'");
      }
    }
    this.values = values;
  }

  private static boolean isHostAndPort(String member) {
    Matcher matcher = HOST_AND_PORT.matcher(member);
    return matcher.matches() && isPort(Integer.parseInt(matcher.group(1)));
  }

  private static boolean isPort(int port) {
    return port >= 1 && port <= 65_535;
  }

  private ClusterOptions with(UnaryOperator<Draft> change) {
    return new ClusterOptions(change.apply(values.copy()));
  }

  /** Cluster {@code vertebra}, address 127.0.0.1:5701, no other members, heartbeat timeout 5 s, no TLS. */
  public static ClusterOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static ClusterOptions fromJson(JsonObject json) {
    return DEFAULTS.with(d -> {
      d.clusterName = json.getString("clusterName", d.clusterName);
      d.host = json.getString("host", d.host);
      d.port = json.getInteger("port", d.port);
      d.members = json.getJsonArray("members", new JsonArray()).stream()
          .map(String::valueOf)
          .toList();
      d.heartbeatTimeout =
          Duration.ofMillis(json.getLong("heartbeatTimeoutMs", d.heartbeatTimeout.toMillis()));
      d.eventLoops = json.getInteger("eventLoops", d.eventLoops);
      d.node = NodeOptions.fromJson(json.getJsonObject("node", new JsonObject()));
      return d;
    });
  }

  /** Everything but TLS, whose keys belong elsewhere. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("clusterName", values.clusterName)
        .put("host", values.host)
        .put("port", values.port)
        .put("members", new JsonArray(values.members))
        .put("heartbeatTimeoutMs", values.heartbeatTimeout.toMillis())
        .put("eventLoops", values.eventLoops)
        .put("node", values.node.toJson());
  }

  /** Only nodes with the same name form a cluster; default {@code vertebra}. */
  public ClusterOptions withClusterName(String name) {
    Objects.requireNonNull(name);
    return with(d -> {
      d.clusterName = name;
      return d;
    });
  }

  /** The address this node listens on, for membership and messages; default 127.0.0.1. */
  public ClusterOptions withHost(String host) {
    Objects.requireNonNull(host);
    return with(d -> {
      d.host = host;
      return d;
    });
  }

  /** The port for membership; default 5701. Messages use a port of their own that the system picks. */
  public ClusterOptions withPort(int port) {
    return with(d -> {
      d.port = port;
      return d;
    });
  }

  /** Addresses ({@code host:port}) of some members, this node's may be among them; nothing else is searched. Default none. */
  public ClusterOptions withMembers(String... members) {
    List<String> all = List.of(members);
    return with(d -> {
      d.members = all;
      return d;
    });
  }

  /** After how long of silence a member is removed, in whole seconds, at least 2 s; default 5 s. Calls fail sooner, see PEER_GONE. */
  public ClusterOptions withHeartbeatTimeout(Duration timeout) {
    return with(d -> {
      d.heartbeatTimeout = timeout;
      return d;
    });
  }

  /** Event loops for verticles; default 2 x cores. One more is kept for links. */
  public ClusterOptions withEventLoops(int loops) {
    return with(d -> {
      d.eventLoops = loops;
      return d;
    });
  }

  /** How the node itself works, without an id, which the membership gives it; default {@link NodeOptions#defaults()}. */
  public ClusterOptions withNode(NodeOptions node) {
    Objects.requireNonNull(node);
    return with(d -> {
      d.node = node;
      return d;
    });
  }

  /** Encrypts messages and lets only nodes with a certificate in; default none. */
  public ClusterOptions withTls(ClusterTls tls) {
    return with(d -> {
      d.tls = tls;
      return d;
    });
  }

  /** The cluster's name. */
  public String clusterName() {
    return values.clusterName;
  }

  /** The address this node listens on. */
  public String host() {
    return values.host;
  }

  /** The port for membership. */
  public int port() {
    return values.port;
  }

  /** Addresses of members. */
  public List<String> members() {
    return values.members;
  }

  /** After how long of silence a member is removed. */
  public Duration heartbeatTimeout() {
    return values.heartbeatTimeout;
  }

  /** Event loops for verticles. */
  public int eventLoops() {
    return values.eventLoops;
  }

  /** How the node itself works. */
  public NodeOptions node() {
    return values.node;
  }

  /** Encryption, or null. */
  public @Nullable ClusterTls tls() {
    return values.tls;
  }
}
