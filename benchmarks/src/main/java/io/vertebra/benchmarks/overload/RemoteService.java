package io.vertebra.benchmarks.overload;

import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.cluster.OurCluster;
import io.vertebra.benchmarks.overload.OurService.Answer;
import io.vertebra.benchmarks.overload.OurService.Ask;
import io.vertebra.benchmarks.process.ChildJvm;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.process.Pinning;
import io.vertebra.benchmarks.raw.RawCluster;
import io.vertebra.cluster.ClusterNode;
import io.vertebra.messaging.CallOptions;
import io.vertebra.wire.Format;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * A service in a JVM of its own, on the first core; its callers are in this one, on the second. While it
 * warms up it has both, since otherwise its compilers would take the core from it for half a minute.
 */
final class RemoteService implements Contender {
  static final Duration WARM_UP = Duration.ofSeconds(10);

  private static final int SERVICE_CORE = 0;
  private static final int CALLER_CORE = 1;

  private final ChildJvm child;
  private final Context caller;
  private final Supplier<Future<?>> call;
  private final Supplier<Future<?>> leave;

  private RemoteService(
      ChildJvm child, Vertx vertx, Supplier<Future<?>> call, Supplier<Future<?>> leave) {
    this.child = child;
    this.caller = ((VertxInternal) vertx).createEventLoopContext();
    this.call = call;
    this.leave = leave;
  }

  /** Ours, with default options on both sides. */
  static RemoteService ours(long costNanos, Duration deadline) {
    List<Membership> members = Membership.cluster(2);
    ClusterNode node = Patience.await(OurCluster.start(members.get(0), Format.JSON));
    ChildJvm child = serve("ours", costNanos, members.get(1));
    CallOptions options = CallOptions.defaults().withTimeout(deadline);
    return new RemoteService(
        child,
        node.vertx(),
        () -> node.bus().<Ask, Answer>request(OurService.ASK, new Ask(1), options),
        node::close);
  }

  /** The bare clustered event bus. */
  static RemoteService bare(long costNanos, Duration deadline) {
    List<Membership> members = Membership.cluster(2);
    Membership own = members.get(0);
    Vertx vertx = Patience.await(
        RawCluster.start(new VertxOptions(), own.cluster(), own.port(), own.ports()));
    ChildJvm child = serve("bare", costNanos, members.get(1));
    DeliveryOptions options = new DeliveryOptions().setSendTimeout(deadline.toMillis());
    return new RemoteService(
        child,
        vertx,
        () -> vertx.eventBus().request(BareService.ADDRESS, 1, options),
        vertx::close);
  }

  private static ChildJvm serve(String side, long costNanos, Membership member) {
    Pinning.pin(ProcessHandle.current().pid(), CALLER_CORE);
    Promise<Void> ready = Promise.promise();
    ChildJvm child = ChildJvm.start(
        OverloadServer.class,
        List.of(side, Long.toString(costNanos), member.text()),
        line -> ready.complete());
    Pinning.spread(child.pid(), SERVICE_CORE, CALLER_CORE);
    Patience.await(ready.future());
    return child;
  }

  @Override
  public Context caller() {
    return caller;
  }

  @Override
  public Future<?> call() {
    return call.get();
  }

  @Override
  public void warmedUp() {
    Pinning.pin(child.pid(), SERVICE_CORE);
  }

  @Override
  public void close() {
    child.close();
    child.awaitEnd();
    Patience.await(leave.get());
  }
}
