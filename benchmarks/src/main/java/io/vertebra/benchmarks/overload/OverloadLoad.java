package io.vertebra.benchmarks.overload;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.load.OpenLoop;
import io.vertebra.benchmarks.process.Patience;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A service that computes gets less, twice and ten times as much as it can do; what counts is the share
 * of its capacity that is answered within the callers' deadline. One JVM: the service has one event
 * loop, its callers another.
 */
public final class OverloadLoad {
  private static final int ROUNDS = 5;
  private static final int CALIBRATION_IN_FLIGHT = 8;
  private static final Duration DEADLINE = Duration.ofMillis(100);
  private static final double PART = 0.8;

  private OverloadLoad() {}

  /** One amount of load on one kind of service. */
  private record Case(String name, long costNanos, double times, double target) {}

  private static final List<Case> CASES = List.of(
      new Case("1ms-0.8x", 1_000_000, PART, 0.97),
      new Case("1ms-2x", 1_000_000, 2, 0.97),
      new Case("1ms-10x", 1_000_000, 10, 0.95),
      new Case("50us-10x", 50_000, 10, 0.9));

  /** {@code --seconds}: how long a round takes. Always true: a missed target is printed, and is no failure. */
  public static boolean run(Arguments arguments) {
    Duration round = arguments.takeRound();
    int rounds = arguments.takeNumber("rounds", ROUNDS);
    arguments.end();
    for (Case each : CASES) {
      run(each, round, rounds);
    }
    return true;
  }

  private static void run(Case load, Duration round, int rounds) {
    double capacity = capacity(load);
    int perSecond = (int) (capacity * load.times);
    List<Double> ours = new ArrayList<>();
    List<Double> bare = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      ours.add(goodput(() -> new OurService(load.costNanos, DEADLINE), perSecond, round));
      bare.add(goodput(() -> new BareService(load.costNanos, DEADLINE), perSecond, round));
    }
    double reference = Math.min(capacity, perSecond);
    double share = median(ours) / reference;
    System.out.printf(
        Locale.ROOT,
        "RESULT overload case=%s ours=%.3f peer=bare:%.3f target=%.2f met=%s capacity_per_s=%.0f offered_per_s=%d rounds=%d%n",
        load.name,
        share,
        median(bare) / reference,
        load.target,
        share >= load.target,
        capacity,
        perSecond,
        rounds);
  }

  /** Calls a second that the service can do, measured with a few in flight all the time. */
  private static double capacity(Case load) {
    Contender service = new BareService(load.costNanos, Duration.ofSeconds(5));
    closedLoop(service, TimeUnit.SECONDS.toNanos(1));
    double perSecond = closedLoop(service, TimeUnit.SECONDS.toNanos(2));
    service.close();
    return perSecond;
  }

  private static double closedLoop(Contender service, long nanos) {
    long start = System.nanoTime();
    List<Future<Long>> callers = new ArrayList<>();
    for (int i = 0; i < CALIBRATION_IN_FLIGHT; i++) {
      Promise<Long> done = Promise.promise();
      callers.add(done.future());
      service.caller().runOnContext(begin -> again(service, start + nanos, 0, done));
    }
    long calls = 0;
    for (Future<Long> caller : callers) {
      calls += Patience.await(caller);
    }
    return calls * 1e9 / (System.nanoTime() - start);
  }

  private static void again(Contender service, long end, long made, Promise<Long> done) {
    if (System.nanoTime() - end >= 0) {
      done.complete(made);
    } else {
      service.call().onComplete(answer -> again(service, end, made + 1, done));
    }
  }

  /** Answers in time a second, after a warm-up that is not counted. */
  private static double goodput(Supplier<Contender> make, int perSecond, Duration round) {
    Contender service = make.get();
    long[] answered = new long[1];
    boolean[] counting = new boolean[1];
    OpenLoop load = new OpenLoop(
            service.caller(),
            number -> service.call().onSuccess(answer -> answered[0] += counting[0] ? 1 : 0),
            perSecond)
        .start();
    sleep(Duration.ofMillis(1500));
    service.caller().runOnContext(begin -> counting[0] = true);
    long start = System.nanoTime();
    sleep(round);
    Promise<Long> counted = Promise.promise();
    service.caller().runOnContext(end -> {
      counting[0] = false;
      counted.complete(System.nanoTime() - start);
    });
    double seconds = Patience.await(counted.future()) / 1e9;
    Patience.await(load.stop());
    service.close();
    return answered[0] / seconds;
  }

  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
