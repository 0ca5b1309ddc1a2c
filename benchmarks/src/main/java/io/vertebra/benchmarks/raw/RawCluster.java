package io.vertebra.benchmarks.raw;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;

/** A member of a Hazelcast cluster on loopback, with the members named and multicast off. */
public final class RawCluster {
  private static final String LOOPBACK = "127.0.0.1";

  private RawCluster() {}

  /**
   * Joins.
   *
   * @param name name of the cluster
   * @param port the member's own Hazelcast port
   * @param ports the ports of all members
   */
  public static Future<Vertx> start(
      VertxOptions options, String name, int port, List<Integer> ports) {
    options.getEventBusOptions().setHost(LOOPBACK);
    var config = ConfigUtil.loadConfig();
    config.setClusterName(name);
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    var network = config.getNetworkConfig();
    network.setPort(port).setPortAutoIncrement(false);
    network.getInterfaces().setEnabled(true).addInterface(LOOPBACK);
    var join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true);
    ports.forEach(p -> join.getTcpIpConfig().addMember(LOOPBACK + ":" + p));
    return Vertx.builder()
        .with(options)
        .withClusterManager(new HazelcastClusterManager(config))
        .buildClustered();
  }
}
