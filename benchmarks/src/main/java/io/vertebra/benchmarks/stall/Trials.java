package io.vertebra.benchmarks.stall;

import io.vertebra.benchmarks.guard.Steady;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.process.Pause;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Stalls, and pauses of the whole process, on one event loop that has small calls to do as well. */
final class Trials implements AutoCloseable {
  private static final int SMALL_PER_SECOND = 1000;
  private static final long SETTLE_MILLIS = 30;
  private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  /** Shorter than what counts as a stall. */
  private static final long INNOCENT_MILLIS = 5;

  private static final long LOOK_MILLIS = 2000;
  private static final int BALLAST = 2_000_000;

  private final Suspects suspects;
  private final Hiccups hiccups;
  private final Steady small;
  private int turn;

  /** What one stall looked like. */
  record Trial(
      boolean isOnTime, double detectedMillis, boolean isRight, String seenAs, int wronglyNamed) {
    boolean isSeen() {
      return !Double.isInfinite(detectedMillis);
    }
  }

  /** A pause of the whole process. */
  record Paused(double millis, int named) {}

  Trials(Suspects suspects, Hiccups hiccups) {
    this.suspects = suspects;
    this.hiccups = hiccups;
    this.small = Steady.start(
        suspects.caller(),
        () -> suspects.small(turn++ % Suspects.CONTRACTS),
        SMALL_PER_SECOND,
        Duration.ZERO);
  }

  /** One stall of one contract; {@code within} is how soon it should be seen, in ms. */
  Trial stall(Kind kind, long millis, long within) {
    settle();
    int guilty = ThreadLocalRandom.current().nextInt(Suspects.CONTRACTS);
    long begunAt = hold(guilty, Holding.prepare(kind, millis * NANOS_PER_MILLI));
    Pause.millis(SETTLE_MILLIS);
    double detected = Double.POSITIVE_INFINITY;
    boolean isRight = false;
    String seenAs = "unseen";
    int wrong = 0;
    for (Suspect named : suspects.named()) {
      boolean isFirst = Double.isInfinite(detected);
      boolean isGuilty = named.contract().equals(Suspects.name(guilty));
      if (isFirst) {
        detected = (named.at() - begunAt) / 1e6;
        isRight = isGuilty && named.cause().equals(kind.cause);
        seenAs = isGuilty ? named.cause() : "another";
      }
      wrong += isGuilty || named.contract().isEmpty() ? 0 : 1;
    }
    boolean isOnTime = hiccups.isOnTime(begunAt, begunAt + within * NANOS_PER_MILLI);
    return new Trial(isOnTime, detected, isRight, kind + "-" + millis + ":" + seenAs, wrong);
  }

  /** The share of one processor that looking takes while nothing is wrong. */
  double watcherPercent() {
    long watcher = watcher();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getThreadCpuTime(watcher);
    long from = System.nanoTime();
    Pause.millis(LOOK_MILLIS);
    long used = threads.getThreadCpuTime(watcher) - before;
    return 100.0 * used / (System.nanoTime() - from);
  }

  private long watcher() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(suspects.watcher()))
        .mapToLong(Thread::getId)
        .max()
        .orElseThrow(() -> new IllegalStateException("nobody looks"));
  }

  /** A full collection, while a handler runs that is none too long itself. */
  Paused collect() {
    Object[] ballast = new Object[BALLAST];
    Arrays.setAll(ballast, i -> new int[2]);
    Thread collector = new Thread(System::gc, "collector");
    try {
      return pause(collector::start, collector::isAlive);
    } finally {
      Reference.reachabilityFence(ballast);
    }
  }

  /** The process is stopped and goes on again, while a handler runs that is none too long itself. */
  Paused stop() {
    String command = "kill -STOP %1$d; sleep 0.05; kill -CONT %1$d"
        .formatted(ProcessHandle.current().pid());
    AtomicReference<@Nullable Process> shell = new AtomicReference<>();
    return pause(
        () -> {
          try {
            shell.set(new ProcessBuilder("sh", "-c", command).start());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        () -> Objects.requireNonNull(shell.get()).isAlive());
  }

  private Paused pause(Runnable start, BooleanSupplier goesOn) {
    settle();
    long from = System.nanoTime();
    start.run();
    do {
      hold(0, Holding.prepare(Kind.SPIN, INNOCENT_MILLIS * NANOS_PER_MILLI));
    } while (goesOn.getAsBoolean());
    double millis = hiccups.longestMillis(from, System.nanoTime());
    Pause.millis(SETTLE_MILLIS);
    return new Paused(millis, suspects.named().size());
  }

  private void settle() {
    Pause.millis(SETTLE_MILLIS + ThreadLocalRandom.current().nextInt(5));
    hiccups.clear();
    suspects.named();
  }

  private long hold(int guilty, Holding holding) {
    Promise<Long> begun = Promise.promise();
    suspects.caller().runOnContext(v -> suspects.hold(guilty, holding).onComplete(begun));
    return Patience.await(begun.future());
  }

  @Override
  public void close() {
    small.stop();
    suspects.close();
  }
}
