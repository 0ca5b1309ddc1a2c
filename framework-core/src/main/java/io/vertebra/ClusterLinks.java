package io.vertebra;

import io.netty.channel.EventLoop;
import io.vertebra.directory.DirectoryOptions;
import io.vertebra.directory.ServingState;
import io.vertebra.directory.TapInterest;
import io.vertebra.dispatch.Engine;
import io.vertebra.gate.Gate;
import io.vertebra.link.Links;
import io.vertebra.link.Membership;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** What a node of a cluster has besides its engine: links, gate and directory, all on the link loop. */
final class ClusterLinks {
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final Engine engine;
  private final Links links;
  private final Gate gate;
  private final Membership membership;
  private volatile ServingState wanted = ServingState.READY;

  /**
   * Links of a node that has not joined yet.
   *
   * @param incarnation larger than that of every earlier node under the same id
   * @param onTaps called with what another node wants to see of calls
   */
  ClusterLinks(
      Engine engine,
      long incarnation,
      NodeOptions options,
      BiConsumer<String, List<TapInterest>> onTaps) {
    this.engine = engine;
    this.links = new Links(engine, incarnation, options.maxFrame(), options.linkWindow());
    links.breakOn(options.breakers());
    this.gate = new Gate(engine, links);
    this.membership = new Membership(engine, links, liveness(options), gate::refresh, onTaps);
  }

  private static DirectoryOptions liveness(NodeOptions options) {
    DirectoryOptions defaults = DirectoryOptions.defaults();
    return defaults.withLiveness(
        Duration.ofNanos(defaults.heartbeatEvery()), options.suspectAfter(), options.goneAfter());
  }

  Future<Void> join(EventLoop linkLoop) {
    ContextInternal context =
        engine.vertx().contextBuilder().withEventLoop(linkLoop).build();
    links.connect(membership.directory(), gate);
    return membership.join(context, engine.vertx().clusterManager());
  }

  Future<Void> changeState(ServingState state) {
    wanted = state;
    if (state == ServingState.READY) {
      links.lane().post(() -> gate.setLeaving(false));
    }
    // Until the others know, what they send is served; nothing has to be sent twice.
    return membership
        .changeState(state)
        .onSuccess(known -> links.lane().post(() -> gate.setLeaving(wanted != ServingState.READY)));
  }

  /** Tells the others with the next heartbeats how busy the node is. Any thread. */
  void loadChanged() {
    links.lane().post(() -> membership.directory().reportLoad(engine.load()));
  }

  Future<Void> tap(List<TapInterest> interests) {
    return membership.tap(interests);
  }

  /**
   * Leaves once the others have the last replies, which go ahead of the news that this node takes
   * nothing more. Who does not say so within a second is not waited for.
   */
  Future<Void> leave() {
    return membership
        .changeState(ServingState.QUIESCED)
        .timeout(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)
        .eventually(membership::leave);
  }
}
