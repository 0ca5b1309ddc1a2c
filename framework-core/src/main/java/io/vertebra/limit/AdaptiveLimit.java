package io.vertebra.limit;

import io.vertebra.dispatch.LimitAlgorithm;
import java.util.Arrays;

/**
 * A limit that follows how long calls take: in the manner of TCP Vegas it estimates how many of the
 * calls in flight only wait somewhere downstream, and goes down when those are many and up when they
 * are few. It follows the idea of Uber's Cinnamon auto-tuner and of the adaptive limiter of
 * failsafe-go: windows, a robust recent value against a slow baseline, and correlations that tell
 * "longer because of us" from "longer by itself".
 *
 * <ul>
 *   <li>A window has at least 50 calls and lasts 100 ms at least and 1 s at most, if it has 10 calls.
 *   <li>Recent: the 90th percentile of a window, median of the last 5, smoothed.
 *   <li>Baseline: a moving average of recent with an age of 10 windows; frozen while the limit is
 *       used up, so that overload never becomes the norm; taken anew after 5 windows at the lowest
 *       limit, or when 30 s halved the limit, so that a lasting change of the service does.
 *   <li>Waiting: {@code limit * (1 - baseline / recent)}. Below {@code 3 log10(limit)}: up by
 *       {@code log10(limit)} if at least half of it is used. Above {@code 6 log10(limit)}, or above 3 when
 *       it is used up and more in flight did not mean more throughput but longer times: down by the same.
 *   <li>More than 1% of a window's calls too late: down to 0.9 of it.
 * </ul>
 *
 * <p>Rejected and cancelled calls are no samples. Not safe for use by more than one thread.
 */
final class AdaptiveLimit implements LimitAlgorithm {
  private static final long SHORTEST_WINDOW = 100_000_000L;
  private static final long LONGEST_WINDOW = 1_000_000_000L;
  private static final int ENOUGH_CALLS = 50;
  private static final int FEW_CALLS = 10;
  private static final int MOST_SAMPLES = 256;
  private static final int MEDIAN_OF = 5;
  private static final double QUANTILE = 0.9;
  private static final double SMOOTHING = 0.3;
  private static final double BASELINE_AGE = 10;
  private static final double BASELINE_AGE_DOWN = 5;
  private static final int WINDOWS_AT_LOWEST = 5;
  private static final long LONGEST_FREEZE = 30_000_000_000L;
  private static final double MOST_LATE = 0.01;
  private static final double DOWN_WHEN_LATE = 0.9;
  private static final double FEW_WAIT = 3;
  private static final double MANY_WAIT = 6;
  private static final int PEAK_FACTOR = 5;

  private final int lowest;
  private final int highest;
  private final long[] samples = new long[MOST_SAMPLES];
  private final double[] recents = new double[MEDIAN_OF];
  private final Trend throughputs = new Trend();
  private final Trend times = new Trend();
  private double limit;
  private double recent;
  private double baseline;
  private int windows;
  private int calls;
  private int late;
  private int peak;
  private long windowStart;
  private boolean started;
  private int windowsAtLowest;
  private long frozenSince;
  private double frozenAt;
  private boolean frozen;

  AdaptiveLimit(int initial, int lowest, int highest) {
    this.limit = initial;
    this.lowest = lowest;
    this.highest = highest;
  }

  @Override
  public int ended(long now, long nanos, int inFlight, boolean inTime) {
    if (!started) {
      started = true;
      windowStart = now;
    }
    if (inTime) {
      samples[calls < MOST_SAMPLES ? calls : calls % MOST_SAMPLES] = nanos;
    } else {
      late++;
    }
    calls++;
    peak = Math.max(peak, inFlight);
    long lasted = now - windowStart;
    if ((lasted >= SHORTEST_WINDOW && calls >= ENOUGH_CALLS)
        || (lasted >= LONGEST_WINDOW && calls >= FEW_CALLS)) {
      endWindow(now, lasted);
    }
    return limit();
  }

  int limit() {
    return (int) Math.round(limit);
  }

  private void endWindow(long now, long lasted) {
    int inTime = Math.min(calls - late, MOST_SAMPLES);
    if (inTime > 0) {
      learn(now, lasted, inTime);
    }
    if (late > calls * MOST_LATE) {
      set(limit * DOWN_WHEN_LATE);
    } else if (inTime > 0) {
      adjust();
    }
    windowStart = now;
    calls = 0;
    late = 0;
    peak = 0;
  }

  private void learn(long now, long lasted, int inTime) {
    Arrays.sort(samples, 0, inTime);
    recents[windows++ % MEDIAN_OF] =
        samples[(int) Math.min(inTime - 1L, (long) (inTime * QUANTILE))];
    double median = medianOfRecents();
    recent = recent == 0 ? median : recent + (median - recent) * SMOOTHING;
    throughputs.add(peak, calls * 1e9 / lasted);
    times.add(peak, recent);
    freezeOrThaw(now);
    if (baseline == 0) {
      baseline = recent;
    } else if (recent < baseline) {
      baseline += (recent - baseline) / BASELINE_AGE_DOWN;
    } else if (!frozen) {
      baseline += (recent - baseline) / BASELINE_AGE;
    }
  }

  private double medianOfRecents() {
    int known = Math.min(windows, MEDIAN_OF);
    double[] sorted = Arrays.copyOf(recents, known);
    Arrays.sort(sorted);
    return sorted[known / 2];
  }

  private void freezeOrThaw(long now) {
    boolean full = isUsedUp();
    windowsAtLowest = full && limit() <= lowest ? windowsAtLowest + 1 : 0;
    if (!full) {
      frozen = false;
    } else if (!frozen) {
      freeze(now);
    } else if (windowsAtLowest >= WINDOWS_AT_LOWEST) {
      thaw();
    } else if (now - frozenSince >= LONGEST_FREEZE) {
      if (limit * 2 <= frozenAt) {
        thaw();
      } else {
        freeze(now);
      }
    }
  }

  private void freeze(long now) {
    frozen = true;
    frozenSince = now;
    frozenAt = limit;
  }

  private void thaw() {
    frozen = false;
    baseline = recent;
  }

  private boolean isUsedUp() {
    return peak >= limit();
  }

  private void adjust() {
    double step = Math.max(1, Math.log10(limit));
    double waiting = limit * (1 - baseline / Math.max(recent, 1));
    if (waiting < FEW_WAIT * step) {
      if (peak * 2 >= limit()) {
        set(Math.min(limit + step, (double) PEAK_FACTOR * Math.max(1, peak)));
      }
    } else if (waiting > MANY_WAIT * step || (isUsedUp() && onlyGetsSlower())) {
      set(limit - step);
    }
  }

  /** More calls in flight did not mean more of them done, but longer times. */
  private boolean onlyGetsSlower() {
    double throughput = throughputs.correlation();
    double time = times.correlation();
    return throughput < 0
        || (throughput < 0.3 && time > 0.5)
        || (throughputs.variation() < 0.2 && time > 0.5 && throughputs.isFull());
  }

  private void set(double wanted) {
    limit = Math.max(lowest, Math.min(highest, wanted));
  }
}
