package io.vertebra.benchmarks.cpumix;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.cpumix.BareSite.Jobs;
import io.vertebra.benchmarks.guard.Busy;
import io.vertebra.benchmarks.guard.Plan;
import io.vertebra.benchmarks.guard.Result;
import io.vertebra.benchmarks.guard.Rounds;
import io.vertebra.benchmarks.guard.Steady;
import io.vertebra.benchmarks.guard.Steady.Counts;
import io.vertebra.benchmarks.guard.Work;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Small requests at a fixed rate while jobs of 20 ms keep one thread less busy than there are cores: how
 * long the small ones take, and how many jobs get done.
 */
public final class CpuMix {
  private static final String NAME = "cpu-mix";
  private static final String OURS = "ours";
  private static final String IDLE = "no-jobs";
  private static final String INLINE = "inline";
  private static final String EXECUTE_BLOCKING = "execute-blocking";
  private static final String FIXED_POOL = "fixed-pool";
  private static final long JOB_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int SMALL_PER_SECOND = 1000;
  private static final Duration WARM_UP = Duration.ofMillis(1500);
  private static final double TARGET_MICROS = 150;
  private static final double TARGET_OF_INLINE = 1 / 50.0;
  private static final double TARGET_JOBS = 0.95;

  private CpuMix() {}

  /** What one contender did in one round. */
  private record Mixed(Counts small, double jobsPerSecond) {}

  /** Always true: a missed target is printed, and is no failure. */
  public static boolean run(Arguments arguments) {
    Plan plan = Plan.of(arguments, 5);
    arguments.end();
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    long steps = Work.stepsIn(JOB_NANOS);
    Map<String, Supplier<Mixed>> turns = new LinkedHashMap<>();
    turns.put(OURS, () -> turn(new OurSite(steps, threads), 2 * threads, plan));
    turns.put(IDLE, () -> turn(new OurSite(steps, threads), 0, plan));
    turns.put(INLINE, () -> bare(Jobs.INLINE, steps, threads, plan));
    turns.put(EXECUTE_BLOCKING, () -> bare(Jobs.EXECUTE_BLOCKING, steps, threads, plan));
    turns.put(FIXED_POOL, () -> bare(Jobs.FIXED_POOL, steps, threads, plan));
    print(Rounds.of(plan, turns), threads);
    return true;
  }

  private static Mixed bare(Jobs jobs, long steps, int threads, Plan plan) {
    return turn(new BareSite(jobs, steps, threads), 2 * threads, plan);
  }

  private static Mixed turn(Site site, int jobsInFlight, Plan plan) {
    Steady small = Steady.start(site.caller(), site::small, SMALL_PER_SECOND, WARM_UP);
    if (jobsInFlight == 0) {
      Counts alone = small.stopAfter(plan.round());
      site.close();
      return new Mixed(alone, 0);
    }
    Busy jobs = Busy.start(site.caller(), site::job, jobsInFlight);
    jobs.perSecond(WARM_UP);
    double jobsPerSecond = jobs.perSecond(plan.round());
    Counts counts = small.stop();
    jobs.stop();
    site.close();
    return new Mixed(counts, jobsPerSecond);
  }

  private static void print(Rounds<Mixed> rounds, int threads) {
    double ours = p99(rounds, OURS);
    double inline = p99(rounds, INLINE);
    Result.of(NAME, "small-p99-us")
        .ours(ours)
        .peer(INLINE, inline)
        .peer(EXECUTE_BLOCKING, p99(rounds, EXECUTE_BLOCKING))
        .peer(FIXED_POOL, p99(rounds, FIXED_POOL))
        .atMost(TARGET_MICROS)
        .with("no_jobs", p99(rounds, IDLE))
        .with("ours_p50_us", rounds.median(OURS, mixed -> mixed.small().micros(50)))
        .with("ours_p999_us", rounds.median(OURS, mixed -> mixed.small().micros(99.9)))
        .with("small_per_s", SMALL_PER_SECOND)
        .with("pool_threads", threads)
        .print(rounds);
    Result.of(NAME, "small-p99-of-inline")
        .ours(ours / inline)
        .peer(EXECUTE_BLOCKING, p99(rounds, EXECUTE_BLOCKING) / inline)
        .atMost(TARGET_OF_INLINE)
        .print(rounds);
    double pool = jobs(rounds, FIXED_POOL);
    Result.of(NAME, "jobs-of-fixed-pool")
        .ours(jobs(rounds, OURS) / pool)
        .peer(INLINE, jobs(rounds, INLINE) / pool)
        .peer(EXECUTE_BLOCKING, jobs(rounds, EXECUTE_BLOCKING) / pool)
        .atLeast(TARGET_JOBS)
        .with("ours_per_s", jobs(rounds, OURS))
        .with("fixed_pool_per_s", pool)
        .print(rounds);
  }

  private static double p99(Rounds<Mixed> rounds, String contender) {
    return rounds.median(contender, mixed -> mixed.small().micros(99));
  }

  private static double jobs(Rounds<Mixed> rounds, String contender) {
    return rounds.median(contender, Mixed::jobsPerSecond);
  }
}
