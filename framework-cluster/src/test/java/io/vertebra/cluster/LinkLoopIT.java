package io.vertebra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Node;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.error.OverloadedException;
import io.vertebra.limit.Limit;
import io.vertebra.limit.StallCause;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Gathered;
import io.vertebra.test.FreePorts;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two JVMs; every event loop of one that runs user code is asleep, and the other hardly notices. */
class LinkLoopIT {
  private static final int LOOPS = 2;

  record Nap(long millis) {}

  record Awake(String thread) {}

  record Ask(String contract) {}

  record Stalls(List<String> where) {}

  static final Request<Nap, Awake> NAP = Request.of("sleeper.nap", Nap.class, Awake.class);
  static final Request<Ask, Stalls> STALLS = Request.of("sleeper.stalls", Ask.class, Stalls.class);

  static class Sleeper extends ServiceVerticle {
    @Override
    protected void services(Services on) {
      on.request(NAP, nap -> {
            block(nap.millis());
            return Future.succeededFuture(new Awake(Thread.currentThread().getName()));
          })
          .limitedTo(Limit.fixed(1).withQueue(0, Duration.ofSeconds(1)));
      on.request(STALLS, ask -> Future.succeededFuture(new Stalls(found(ask.contract()))));
    }

    private List<String> found(String contract) {
      return Node.of(vertx).stalls().stream()
          .filter(stall -> stall.contract().equals(contract))
          .filter(stall -> stall.cause() == StallCause.BLOCKED)
          .flatMap(stall -> stall.where().stream())
          .toList();
    }

    private static void block(long millis) {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      while (System.nanoTime() < end) {
        java.util.concurrent.locks.LockSupport.parkNanos(end - System.nanoTime());
      }
    }
  }

  /** The JVM that sleeps. */
  static final class SleeperMain {
    public static void main(String[] args) throws Exception {
      ClusterNode node = ClusterNode.start(ClusterOptions.defaults()
              .withPort(Integer.parseInt(args[0]))
              .withMembers("127.0.0.1:" + args[1])
              .withEventLoops(LOOPS))
          .await(60, TimeUnit.SECONDS);
      node.deploy(Sleeper::new, LOOPS).await(60, TimeUnit.SECONDS);
      System.out.println("READY " + node.id());
    }
  }

  @Test
  void a_node_whose_user_loops_all_sleep_still_rejects_and_stays_a_member() throws Exception {
    int own = FreePorts.one();
    int other = FreePorts.one();
    ClusterNode node = ClusterNode.start(
            ClusterOptions.defaults().withPort(own).withMembers("127.0.0.1:" + other))
        .await(60, TimeUnit.SECONDS);
    try (JavaProcess sleeper =
        JavaProcess.start(SleeperMain.class, String.valueOf(other), String.valueOf(own))) {
      sleeper.await("READY ");
      Future<Gathered<Awake>> asleep =
          node.bus().gather(NAP, new Nap(4_000)).within(Duration.ofSeconds(30)).all();
      for (int i = 0; i < 10; i++) {
        Throwable rejected = node.bus()
            .request(NAP, new Nap(1), CallOptions.defaults().withTimeout(Duration.ofSeconds(30)))
            .map(awake -> (Throwable) null)
            .recover(Future::succeededFuture)
            .await(60, TimeUnit.SECONDS);
        assertThat(rejected).isInstanceOf(OverloadedException.class);
        assertThat(asleep.isComplete())
            .as("the other node sleeps while it rejects")
            .isFalse();
      }
      Gathered<Awake> awake = asleep.await(60, TimeUnit.SECONDS);
      assertThat(awake.replies()).hasSize(LOOPS);
      assertThat(awake.replies().stream().map(Awake::thread).distinct()).hasSize(LOOPS);
      Stalls named = node.bus()
          .request(
              STALLS, new Ask(NAP.id()), CallOptions.defaults().withTimeout(Duration.ofSeconds(30)))
          .await(60, TimeUnit.SECONDS);
      assertThat(named.where()).anyMatch(frame -> frame.contains("LinkLoopIT$Sleeper.block"));
    } finally {
      node.close().await(60, TimeUnit.SECONDS);
    }
  }
}
