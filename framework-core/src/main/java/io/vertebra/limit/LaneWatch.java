package io.vertebra.limit;

import io.vertebra.dispatch.Lane;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** Watches one event loop: code that is stamped, and the other. Only for the watching thread. */
final class LaneWatch {
  /** From then on calls rather go elsewhere. */
  static final long UNHEALTHY = 250_000_000L;

  private static final long SUSPICIOUS = StallDetector.MOST_PER_LOOK;

  private final Lane lane;
  private final LoopProbe probe;
  private final LoopWatch stamped;
  private final LoopWatch other;

  LaneWatch(Lane lane, StallSampler sampler, Function<Watched, LoopWatch> watches) {
    this.lane = lane;
    this.probe = new LoopProbe(lane.stamp(), lane.loop(), sampler.threads());
    this.stamped = watches.apply(new Watched.OnLoop(lane.stamp()));
    this.other = watches.apply(probe);
  }

  /** Looks once; whether anything runs there. {@code onRound} hears how long it took to come round. */
  boolean look(long now, LongConsumer onRound) {
    probe.tell(now, onRound);
    boolean busy = stamped.look(now);
    busy |= other.look(now);
    probe.send(now);
    return busy;
  }

  Lane lane() {
    return lane;
  }

  /** Whether the same code ran there at two looks, which may become a stall. */
  boolean isSuspicious() {
    return stamped.age() >= SUSPICIOUS || other.age() >= SUSPICIOUS;
  }

  /** Whether it has stood still for long. */
  boolean isUnhealthy() {
    return stamped.age() >= UNHEALTHY || other.age() >= UNHEALTHY;
  }

  String loop() {
    return probe.owner().verticle();
  }
}
