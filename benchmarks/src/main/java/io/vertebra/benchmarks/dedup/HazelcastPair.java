package io.vertebra.benchmarks.dedup;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.vertebra.cluster.hazelcast.HazelcastDedupStore;
import io.vertebra.test.FreePorts;
import io.vertx.core.Vertx;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import java.time.Duration;
import java.util.List;

/** Two members that talk over sockets, in this process. */
final class HazelcastPair {
  /** Of what entry processors reach that only read and write. */
  private static final double TARGET = 0.6;

  private HazelcastPair() {}

  static List<Contender> start(Vertx vertx, Duration window) {
    List<Integer> ports = FreePorts.some(2);
    HazelcastInstance one = member(ports, 0);
    HazelcastInstance other = member(ports, 1);
    return List.of(
        Contender.of(
            "hazelcast",
            TARGET,
            HazelcastDedupStore.create(vertx, one, window),
            one::shutdown,
            other::shutdown),
        Contender.peer("bare entry processors", new BareEntries(one)));
  }

  private static HazelcastInstance member(List<Integer> ports, int index) {
    Config config = ConfigUtil.loadConfig();
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.logging.type", "none");
    config.getNetworkConfig().setPort(ports.get(index)).setPortAutoIncrement(false);
    config.getNetworkConfig().setPublicAddress("127.0.0.1:" + ports.get(index));
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true);
    ports.forEach(port -> join.getTcpIpConfig().addMember("127.0.0.1:" + port));
    HazelcastDedupStore.configure(config);
    return Hazelcast.newHazelcastInstance(config);
  }
}
