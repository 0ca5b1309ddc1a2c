package io.vertebra.benchmarks.fault;

import io.vertebra.benchmarks.load.OpenLoop;
import io.vertebra.benchmarks.load.OpenLoop.Failed;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.process.Pause;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What callers noticed of one fault.
 *
 * @param lastSentMillis when, after the fault, the last call was sent that failed; 0 if none did
 * @param lastHeardMillis when, after the fault, the last failure reached a caller; 0 if none did
 * @param failures how many calls failed
 * @param causes the failures by kind
 * @param isBack whether the victim of a SIGSTOP answered again after its SIGCONT; true for others
 */
record Trial(
    long lastSentMillis,
    long lastHeardMillis,
    long failures,
    Map<String, Long> causes,
    boolean isBack) {
  private static final int PER_SECOND = 200;
  private static final long QUIET_MILLIS = 1_000;
  private static final long BACK_MILLIS = 20_000;
  private static final long STEP_MILLIS = 250;

  /** Strikes a site's victim under load and watches for as long as told. Blocks. */
  static Trial run(Site site, Fault fault, Duration watch) {
    Site.Server victim = site.victim();
    OpenLoop load = new OpenLoop(site.callerContext(), site::call, PER_SECOND).start();
    Pause.millis(QUIET_MILLIS);
    long struckAt = System.nanoTime();
    fault.strike(victim.child());
    Pause.millis(watch.toMillis());
    List<Failed> failed = Patience.await(load.stop()).failed();
    boolean back = fault != Fault.STOP || isBack(site, victim);
    if (fault != Fault.STOP || !back) {
      site.bury();
    }
    return of(failed, struckAt, back);
  }

  private static Trial of(List<Failed> failed, long struckAt, boolean back) {
    return new Trial(
        failed.stream().mapToLong(f -> millis(f.sentAt() - struckAt)).max().orElse(0),
        failed.stream().mapToLong(f -> millis(f.endedAt() - struckAt)).max().orElse(0),
        failed.size(),
        failed.stream()
            .collect(
                Collectors.groupingBy(f -> kind(f.cause()), TreeMap::new, Collectors.counting())),
        back);
  }

  private static boolean isBack(Site site, Site.Server victim) {
    Fault.thaw(victim.child());
    long before = victim.served();
    OpenLoop load = new OpenLoop(site.callerContext(), site::call, PER_SECOND).start();
    boolean back = false;
    for (long waited = 0; !back && waited < BACK_MILLIS; waited += STEP_MILLIS) {
      Pause.millis(STEP_MILLIS);
      back = victim.served() > before;
    }
    Patience.await(load.stop());
    return back;
  }

  private static String kind(Throwable cause) {
    return Failures.kind(cause);
  }

  private static long millis(long nanos) {
    return Duration.ofNanos(nanos).toMillis();
  }
}
