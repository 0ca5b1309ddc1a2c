package io.vertebra.benchmarks.fault;

import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.process.ChildJvm;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.process.Pause;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of three: this JVM calls, and of the two children that serve, one is the victim. Its
 * methods block.
 */
abstract class Site {
  private static final long SETTLE_MILLIS = 500;

  private final Membership own = Membership.cluster(1).get(0);
  private @Nullable Server survivor;
  private @Nullable Server victim;

  /** {@code ours} or {@code raw}. */
  abstract String side();

  /** Joins and deploys the caller. */
  abstract Future<?> join(Membership own);

  /** The caller's context. */
  abstract Context callerContext();

  /** Makes a call. */
  abstract Future<?> call(long id);

  /** Leaves. */
  abstract void leave();

  final void start() {
    Patience.await(join(own));
    survivor = serve();
  }

  /** The victim; a new one if there is none. */
  final Server victim() {
    Server present = victim;
    if (present == null) {
      present = serve();
      victim = present;
      settle();
    }
    return present;
  }

  /** Ends the victim if it has not ended yet. */
  final void bury() {
    Server present = victim;
    if (present != null) {
      present.child.kill();
      victim = null;
    }
  }

  final void close() {
    bury();
    Server other = survivor;
    if (other != null) {
      other.child.kill();
    }
    leave();
  }

  private Server serve() {
    Server server = new Server(side(), own.joinedByOneMore());
    Patience.await(server.ready.future());
    return server;
  }

  /** The bare bus tells others of a new consumer some time after it has said that it is registered. */
  private static void settle() {
    Pause.millis(SETTLE_MILLIS);
  }

  /** A child that serves. */
  static final class Server {
    private final Promise<Void> ready = Promise.promise();
    private final Queue<Promise<Long>> questions = new ArrayDeque<>();
    private final ChildJvm child;

    private Server(String side, Membership membership) {
      this.child = ChildJvm.start(FaultServer.class, List.of(side, membership.text()), this::heard);
    }

    private synchronized void heard(String line) {
      if (line.equals("ready")) {
        ready.complete();
      } else {
        questions.remove().complete(Long.valueOf(line));
      }
    }

    ChildJvm child() {
      return child;
    }

    /** How many calls it has answered. */
    long served() {
      Promise<Long> answer = Promise.promise();
      synchronized (this) {
        questions.add(answer);
      }
      child.say("served");
      return Patience.await(answer.future());
    }
  }
}
