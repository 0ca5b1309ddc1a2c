package io.vertebra.cluster;

import com.hazelcast.config.Config;
import io.vertx.core.Completable;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import org.jspecify.annotations.Nullable;

/**
 * Hazelcast membership whose answers about other nodes arrive on the link context: Vert.x opens the
 * socket to a node wherever it learns the node's address, so every socket ends up on the link loop.
 */
final class LinkBoundClusterManager extends HazelcastClusterManager {
  private volatile @Nullable ContextInternal linkContext;

  LinkBoundClusterManager(Config config) {
    super(config);
  }

  void bindTo(ContextInternal context) {
    linkContext = context;
  }

  @Override
  public void getNodeInfo(String nodeId, Completable<NodeInfo> promise) {
    ContextInternal context = linkContext;
    if (context == null) {
      super.getNodeInfo(nodeId, promise);
    } else {
      super.getNodeInfo(
          nodeId,
          (info, failure) -> context.runOnContext(bound -> promise.complete(info, failure)));
    }
  }
}
