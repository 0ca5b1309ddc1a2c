package io.vertebra.limit;

import io.vertebra.dispatch.DispatchOwner;
import io.vertebra.dispatch.GuardLog;
import io.vertebra.limit.StallOptions.Reaction;
import io.vertebra.limit.StallScore.Measure;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Counts, tells and logs stalls, and does what {@link StallOptions} say. Only for the watching thread. */
final class StallFindings implements LoopWatch.Findings {
  private static final Logger LOG = LoggerFactory.getLogger(StallMonitor.class);
  private static final long LONG_STALL = 2_000_000_000L;
  private static final long BETWEEN_MOVES = 60_000_000_000L;

  private final StallOptions options;
  private final GuardLog guard;
  private final StallTable table;
  private final Map<DispatchOwner, StallScore> scores = new HashMap<>();
  private boolean hasMoved;
  private long movedAt;

  StallFindings(StallOptions options, GuardLog guard, StallTable table) {
    this.options = options;
    this.guard = guard;
    this.table = table;
  }

  @Override
  public StallTable.Key began(
      Watched.Kind kind, DispatchOwner owner, StallSample sample, long nanos) {
    StallTable.Key key = keyOf(owner, sample);
    table.began(key, sample);
    tell(kind, owner, sample, nanos);
    if (LOG.isDebugEnabled()) {
      LOG.debug(describe(kind, owner, sample, nanos));
    }
    return key;
  }

  private void tell(Watched.Kind kind, DispatchOwner owner, StallSample sample, long nanos) {
    guard.count(
        GuardEvent.Kind.STALLED,
        owner.contractId(),
        nameOf(sample.cause()),
        () -> describe(kind, owner, sample, nanos));
  }

  private static StallTable.Key keyOf(DispatchOwner owner, StallSample sample) {
    return new StallTable.Key(owner.contractId(), owner.verticle(), sample.cause(), sample.key());
  }

  private static String nameOf(StallCause cause) {
    return cause.name().toLowerCase(Locale.ROOT);
  }

  private static String describe(
      Watched.Kind kind, DispatchOwner owner, StallSample sample, long nanos) {
    String what = kind.describe(owner) + " for " + nanos / 1_000_000 + " ms so far, cause "
        + nameOf(sample.cause()) + "; run it with " + kind.remedy();
    return sample.where().isEmpty()
        ? what
        : what + ". It is at\n\t" + String.join("\n\t", sample.where());
  }

  /**
   * What a stall began with need not be what it takes: the first call of a process loads classes before
   * it blocks. From then on it counts where it is seen now, and is told again if the cause is another.
   */
  @Override
  public StallTable.Key goesOn(
      Watched.Kind kind, DispatchOwner owner, StallTable.Key key, StallSample sample, long nanos) {
    StallTable.Key now = keyOf(owner, sample);
    boolean isElsewhere = !sample.where().isEmpty() && !now.equals(key);
    if (isElsewhere) {
      table.began(now, sample);
    }
    if (isElsewhere && now.cause() != key.cause()) {
      tell(kind, owner, sample, nanos);
    }
    StallTable.Key counted = isElsewhere ? now : key;
    boolean isHandlersFault = sample.cause() != StallCause.STARVED;
    if (nanos >= LONG_STALL || (isHandlersFault && table.isDue(counted, System.nanoTime()))) {
      LOG.warn(describe(kind, owner, sample, nanos));
    }
    return counted;
  }

  @Override
  public void ended(DispatchOwner owner, StallTable.Key key, long nanos) {
    table.ended(key, nanos);
    Reaction reaction = options.reactionTo(owner.contractId());
    if (reaction != Reaction.WARN) {
      StallScore score = scores.computeIfAbsent(owner, fresh -> new StallScore());
      long now = System.nanoTime();
      if (score.stalled(nanos, now)
          && (reaction != Reaction.RELOCATE || !relocates(owner, score, now))) {
        restrict(owner, score);
      }
    }
  }

  /** Moves it, again if it could not be moved before; whether it is moved. */
  private boolean relocates(DispatchOwner owner, StallScore score, long now) {
    if (score.measure() == Measure.RESTRICTED) {
      return false;
    }
    boolean mayMove = !hasMoved || now - movedAt > BETWEEN_MOVES;
    if (mayMove && owner.relocate(true)) {
      hasMoved = true;
      movedAt = now;
      score.takes(Measure.RELOCATED);
    }
    return score.measure() == Measure.RELOCATED;
  }

  private void restrict(DispatchOwner owner, StallScore score) {
    if (score.measure() == Measure.NONE && owner.restrictTo(1)) {
      score.takes(Measure.RESTRICTED);
      guard.count(GuardEvent.Kind.LIMITED, owner.contractId(), "stalls");
    }
  }

  /** Takes back what was done, and forgets who has behaved for long or has gone. */
  void forgive(long now) {
    scores.entrySet().removeIf(each -> {
      DispatchOwner owner = each.getKey();
      StallScore score = each.getValue();
      if (score.measure() == Measure.RELOCATED) {
        score.stalledElsewhere(owner.lastLongRun());
      }
      Measure over = score.forgive(now);
      if (over == Measure.RESTRICTED && owner.restrictTo(0)) {
        guard.count(GuardEvent.Kind.LIMITED, owner.contractId(), "no-stalls");
      } else if (over == Measure.RELOCATED) {
        owner.relocate(false);
      }
      return score.isForgotten(now);
    });
  }

  /** How many owners of code are kept. */
  int scores() {
    return scores.size();
  }

  /** One event loop more, or one less, stands still for long. */
  void loopChanged(String loop, boolean stalled) {
    guard.count(
        GuardEvent.Kind.UNHEALTHY,
        "event loops",
        stalled ? "loop-stalled" : "loop-runs",
        () -> loop);
  }
}
