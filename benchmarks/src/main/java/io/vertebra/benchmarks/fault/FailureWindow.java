package io.vertebra.benchmarks.fault;

import io.vertebra.benchmarks.Arguments;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;

/**
 * How long after a node died, froze or left its callers still notice: the same fault strikes our node
 * and a node of the bare bus at the same time, each with 200 calls a second from a third.
 */
public final class FailureWindow {
  private static final Duration WATCH = Duration.ofSeconds(4);
  // A frozen node of the bare bus goes on receiving calls for a minute.
  private static final Duration WATCH_FROZEN_RAW = Duration.ofSeconds(10);
  private static final int TRIALS = 20;
  private static final int FROZEN_RAW_TRIALS = 3;
  private static final long CUT_MILLIS = 100;
  private static final long TARGET_MILLIS = 3_000;

  private final int trials;
  private final Site ours = new OurSite();
  private final Site raw = new RawSite();

  private FailureWindow(int trials) {
    this.trials = trials;
  }

  /**
   * {@code --trials N} of each kind, default 20; {@code --kind kill|stop|drain}, default all.
   *
   * @return whether no caller of our side noticed anything later than 3 s after a fault
   */
  public static boolean run(Arguments arguments) {
    String kind = arguments.takeOption("kind").orElse("");
    int trials = arguments.takeNumber("trials", TRIALS);
    arguments.end();
    List<Fault> faults = new ArrayList<>(List.of(Fault.values()));
    faults.removeIf(fault -> !kind.isEmpty() && !fault.word().equals(kind));
    if (faults.isEmpty()) {
      throw new IllegalArgumentException("--kind is kill, stop or drain: " + kind);
    }
    return new FailureWindow(trials).run(faults);
  }

  private boolean run(List<Fault> faults) {
    try {
      both(ours::start, raw::start);
      boolean sound = true;
      for (Fault fault : faults) {
        sound &= run(fault);
      }
      return sound;
    } finally {
      both(ours::close, raw::close);
    }
  }

  private boolean run(Fault fault) {
    List<Trial> mine = new ArrayList<>();
    List<Trial> theirs = new ArrayList<>();
    int rawTrials = fault == Fault.STOP ? Math.min(FROZEN_RAW_TRIALS, trials) : trials;
    Duration rawWatch = fault == Fault.STOP ? WATCH_FROZEN_RAW : WATCH;
    for (int i = 0; i < trials; i++) {
      boolean withRaw = i < rawTrials;
      both(ours::victim, withRaw ? raw::victim : () -> {});
      both(() -> mine.add(Trial.run(ours, fault, WATCH)), () -> {
        if (withRaw) {
          theirs.add(Trial.run(raw, fault, rawWatch));
        }
      });
    }
    System.out.println("RESULT failure-window kind=" + fault.word() + fields("ours", mine, WATCH)
        + fields("raw", theirs, rawWatch)
        + (fault == Fault.STOP
            ? " ours_back=" + mine.stream().filter(Trial::isBack).count()
            : ""));
    both(ours::bury, raw::bury);
    return max(mine, Trial::lastHeardMillis) <= TARGET_MILLIS;
  }

  private static String fields(String side, List<Trial> trials, Duration watch) {
    Map<String, Long> causes = new TreeMap<>();
    trials.forEach(
        trial -> trial.causes().forEach((cause, count) -> causes.merge(cause, count, Long::sum)));
    long sent = max(trials, Trial::lastSentMillis);
    // Calls end with the watch: where they failed to its end, it only says that it took longer.
    boolean cut = sent > watch.toMillis() - CUT_MILLIS;
    return " %1$s_trials=%2$d %1$s_max_ms=%3$s %1$s_median_ms=%4$s %1$s_sent_max_ms=%5$s %1$s_failures_median=%6$d %1$s_causes=%7$s"
        .formatted(
            side,
            trials.size(),
            bounded(max(trials, Trial::lastHeardMillis), watch, cut),
            bounded(median(trials, Trial::lastHeardMillis), watch, cut),
            bounded(sent, watch, cut),
            median(trials, Trial::failures),
            causes.toString().replace(" ", ""));
  }

  private static String bounded(long millis, Duration watch, boolean cut) {
    return cut ? ">" + watch.toMillis() : Long.toString(millis);
  }

  private static long max(List<Trial> trials, ToLongFunction<Trial> value) {
    return trials.stream().mapToLong(value).max().orElse(0);
  }

  private static long median(List<Trial> trials, ToLongFunction<Trial> value) {
    long[] sorted = trials.stream().mapToLong(value).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static void both(Runnable one, Runnable other) {
    CompletableFuture<Void> beside = CompletableFuture.runAsync(other);
    one.run();
    beside.join();
  }
}
