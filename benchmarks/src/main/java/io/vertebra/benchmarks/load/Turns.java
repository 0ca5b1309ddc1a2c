package io.vertebra.benchmarks.load;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Contestants that get the same load in turns, so that what else happens on the machine meets all of
 * them. Blocks; not for event loops.
 */
public final class Turns implements AutoCloseable {
  private static final int ROUNDS = 5;
  private static final int WARM_UP_LEVEL = 64;
  private static final int WARM_UP_ROUNDS = 2;
  private static final long GRACE_SECONDS = 60;

  private final List<Contestant> contestants;
  private final Duration round;

  /** Contestants, not yet started, in the order of their turns. */
  public Turns(List<? extends Contestant> contestants, Duration round) {
    this.contestants = List.copyOf(contestants);
    this.round = round;
  }

  /** Starts all and lets them warm up. */
  public void start() {
    contestants.forEach(contestant -> await(contestant.start()));
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      contestants.forEach(contestant -> round(contestant, WARM_UP_LEVEL));
    }
  }

  /** A warm-up round and five that count, with so many calls in flight; in the contestants' order. */
  public List<Score> take(int inFlight) {
    contestants.forEach(contestant -> round(contestant, inFlight));
    Map<Contestant, List<Round>> rounds = new LinkedHashMap<>();
    for (int i = 0; i < ROUNDS; i++) {
      for (Contestant contestant : contestants) {
        rounds.computeIfAbsent(contestant, c -> new ArrayList<>()).add(round(contestant, inFlight));
      }
    }
    List<Score> scores = new ArrayList<>();
    rounds.forEach((contestant, list) -> scores.add(Score.of(contestant, list)));
    return scores;
  }

  /** Stops all. */
  @Override
  public void close() {
    contestants.forEach(Contestant::close);
  }

  private Round round(Contestant contestant, int inFlight) {
    return await(contestant.round(inFlight, round));
  }

  private <T> T await(Future<T> future) {
    try {
      return future.await(round.toSeconds() + GRACE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("a round did not end: calls without an outcome", e);
    }
  }
}
