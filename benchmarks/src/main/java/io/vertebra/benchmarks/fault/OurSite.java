package io.vertebra.benchmarks.fault;

import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.cluster.OurCluster;
import io.vertebra.benchmarks.orders.OurCaller;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.cluster.ClusterNode;
import io.vertebra.wire.Format;
import io.vertx.core.Context;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** The framework. */
final class OurSite extends Site {
  private final OurCaller caller = new OurCaller();
  private @Nullable ClusterNode node;

  @Override
  String side() {
    return "ours";
  }

  @Override
  Future<?> join(Membership own) {
    return OurCluster.start(own, Format.JSON).compose(started -> {
      node = started;
      return started.deploy(() -> caller);
    });
  }

  @Override
  Context callerContext() {
    return caller.context();
  }

  @Override
  Future<?> call(long id) {
    return caller.place(id);
  }

  @Override
  void leave() {
    if (node != null) {
      Patience.await(node.close());
    }
  }
}
