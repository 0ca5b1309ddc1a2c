package io.vertebra.benchmarks.fault;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.cluster.OurCluster;
import io.vertebra.benchmarks.load.OpenLoop;
import io.vertebra.benchmarks.process.ChildJvm;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.process.Pause;
import io.vertebra.cluster.ClusterNode;
import io.vertebra.wire.Format;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Three nodes that serve and call each other, and a fourth that only calls, under a steady load of
 * 200 calls a second; each of the three is drained and replaced by a new process in turn, three
 * times. Prints what callers saw.
 */
public final class RollingRestart {
  private static final int ROUNDS = 3;
  private static final int PER_SECOND_FOURTH = 110;
  private static final int PER_SECOND_EACH = 30;
  private static final long SETTLE_MILLIS = 2_000;

  private final Membership own = Membership.cluster(1).get(0);
  private final RollingNode.Peer caller = new RollingNode.Peer();
  private final Member[] members = new Member[RollingNode.NODES];
  private final List<CallerReport> reports = new ArrayList<>();

  private RollingRestart() {}

  /**
   * {@code --seconds N}: at least so long, default 60.
   *
   * @return whether no call failed
   */
  public static boolean run(Arguments arguments) {
    int seconds = arguments.takeNumber("seconds", 60);
    arguments.end();
    return new RollingRestart().run(Duration.ofSeconds(seconds));
  }

  private boolean run(Duration least) {
    ClusterNode node = Patience.await(OurCluster.start(own, Format.JSON));
    try {
      Patience.await(node.deploy(() -> caller));
      for (int number = 0; number < members.length; number++) {
        members[number] = new Member(number, own.joinedByOneMore());
      }
      for (Member member : members) {
        member.child.say("call");
      }
      OpenLoop load = new OpenLoop(
              caller.context(),
              id -> caller.place(RollingNode.contractOf((int) (id % members.length)), id),
              PER_SECOND_FOURTH)
          .start();
      long startedAt = System.nanoTime();
      int restarts = restart(startedAt, least);
      Duration took = Duration.ofNanos(System.nanoTime() - startedAt);
      CallerReport fourth =
          CallerReport.of(Patience.await(load.stop()), node.view().reroutedCalls());
      // Nobody replaces those that leave now, so nobody may call them any more.
      for (Member member : members) {
        member.child.say("stop");
      }
      Pause.millis(SETTLE_MILLIS);
      for (Member member : members) {
        reports.add(member.drain());
      }
      print(took, restarts, fourth);
      return fourth.failures() == 0 && reports.stream().allMatch(report -> report.failures() == 0);
    } finally {
      for (Member member : members) {
        if (member != null) {
          member.child.kill();
        }
      }
      Patience.await(node.close());
    }
  }

  private int restart(long startedAt, Duration least) {
    int restarts = 0;
    while (restarts < ROUNDS * members.length || System.nanoTime() - startedAt < least.toNanos()) {
      int number = restarts % members.length;
      Pause.millis(SETTLE_MILLIS);
      reports.add(members[number].drain());
      members[number] = new Member(number, own.joinedByOneMore());
      members[number].child.say("call");
      restarts++;
    }
    Pause.millis(SETTLE_MILLIS);
    return restarts;
  }

  private void print(Duration took, int restarts, CallerReport fourth) {
    CallerReport between = reports.stream().reduce(CallerReport::plus).orElseThrow();
    CallerReport all = fourth.plus(between);
    System.out.printf(
        Locale.ROOT,
        "RESULT rolling-restart seconds=%d restarts=%d calls=%d failures=%d failures_fourth=%d failures_between=%d"
            + " attempts_per_request=%.4f rerouted=%d p99_ms=%.1f max_ms=%.1f causes=%s%n",
        took.toSeconds(),
        restarts,
        all.calls(),
        all.failures(),
        fourth.failures(),
        between.failures(),
        (all.calls() + all.rerouted()) / (double) all.calls(),
        all.rerouted(),
        all.latencies().getValueAtPercentile(99) / 1e6,
        all.latencies().getMaxValue() / 1e6,
        all.causes().toString().replace(" ", ""));
  }

  /** One of the three. */
  private static final class Member {
    private final Promise<Void> ready = Promise.promise();
    private final Promise<CallerReport> report = Promise.promise();
    private final ChildJvm child;

    Member(int number, Membership membership) {
      this.child = ChildJvm.start(
          RollingNode.class,
          List.of(Integer.toString(number), membership.text(), Integer.toString(PER_SECOND_EACH)),
          this::heard);
      Patience.await(ready.future());
    }

    private void heard(String line) {
      if (line.equals("ready")) {
        ready.complete();
      } else {
        report.complete(CallerReport.parse(line));
      }
    }

    CallerReport drain() {
      child.say("drain");
      CallerReport seen = Patience.await(report.future());
      child.awaitEnd();
      return seen;
    }
  }
}
