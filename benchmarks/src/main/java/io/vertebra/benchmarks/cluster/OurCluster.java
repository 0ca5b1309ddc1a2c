package io.vertebra.benchmarks.cluster;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertebra.NodeOptions;
import io.vertebra.cluster.ClusterNode;
import io.vertebra.cluster.ClusterOptions;
import io.vertebra.observe.Metrics;
import io.vertebra.wire.Format;
import io.vertx.core.Future;

/** Our nodes: default options, with metrics. */
public final class OurCluster {

  private OurCluster() {}

  /** Joins. */
  public static Future<ClusterNode> start(Membership own, Format format) {
    return ClusterNode.start(ClusterOptions.defaults()
        .withClusterName(own.cluster())
        .withPort(own.port())
        .withMembers(own.addresses().toArray(String[]::new))
        .withNode(NodeOptions.defaults()
            .withFormat(format)
            .withObserver(Metrics.on(new SimpleMeterRegistry()))));
  }
}
