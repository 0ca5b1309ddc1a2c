package io.vertebra.benchmarks.cancel;

import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.cluster.OurCluster;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.cluster.ClusterNode;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Cancellation;
import io.vertebra.messaging.GuardEvent;
import io.vertebra.wire.Format;
import io.vertx.core.Context;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** Two of our nodes in this process, of which one calls and the other works. */
final class OurPair implements AutoCloseable {
  private static final CallOptions LONG = CallOptions.defaults().withTimeout(Duration.ofHours(1));
  private static final long PHASE_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

  private final ClusterNode caller;
  private final ClusterNode server;
  private final OurServer works = new OurServer();
  private final Context calling;
  private final Cancellation end = Cancellation.create();
  private volatile Watched queued = new Watched();

  OurPair() {
    List<Membership> members = Membership.cluster(2);
    caller = Patience.await(OurCluster.start(members.get(0), Format.JSON));
    server = Patience.await(OurCluster.start(members.get(1), Format.JSON));
    calling = ((VertxInternal) caller.vertx()).createEventLoopContext();
    Patience.await(server.deploy(() -> works));
    ((VertxInternal) server.vertx())
        .createEventLoopContext()
        .runOnContext(v -> server.onGuardEvent(this::happened));
    Watched occupant = new Watched();
    works.watch(occupant);
    call(Kind.QUEUED, end);
    Patience.await(occupant.started.future());
  }

  private void happened(GuardEvent event) {
    if (event.kind() == GuardEvent.Kind.CANCELLED
        && event.contract().contains(Kind.QUEUED.contract)) {
      queued.ends();
    }
  }

  private void call(Kind kind, Cancellation cancellation) {
    calling.runOnContext(v -> caller
        .bus()
        .request(
            OurServer.contract(kind), new OurServer.Ask(1), LONG.withCancellation(cancellation)));
  }

  /** How long the other node goes on after a caller has given up, in nanoseconds, for as long as there is time. */
  Histogram giveUp(Kind kind, Duration duration) {
    Histogram latencies = new Histogram(3);
    long end = System.nanoTime() + duration.toNanos();
    while (System.nanoTime() - end < 0) {
      latencies.recordValue(giveUpOnce(kind));
    }
    return latencies;
  }

  private long giveUpOnce(Kind kind) {
    Watched watched = new Watched();
    Cancellation cancellation = Cancellation.create();
    if (kind == Kind.QUEUED) {
      awaitWaiting(0);
      queued = watched;
      call(kind, cancellation);
      awaitWaiting(1);
    } else {
      works.watch(watched);
      call(kind, cancellation);
      Patience.await(watched.started.future());
    }
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(PHASE_NANOS));
    long givenUpAt = System.nanoTime();
    cancellation.cancel();
    return Math.max(0, Patience.await(watched.over.future()) - givenUpAt);
  }

  private void awaitWaiting(int calls) {
    String id = OurServer.contract(Kind.QUEUED).id();
    while (server.view().contract(id).waiting() != calls) {
      LockSupport.parkNanos(PHASE_NANOS / 10);
    }
  }

  @Override
  public void close() {
    end.cancel();
    Patience.await(caller.close());
    Patience.await(server.close());
  }
}
