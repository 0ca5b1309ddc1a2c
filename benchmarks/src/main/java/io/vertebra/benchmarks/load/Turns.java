package io.vertebra.benchmarks.load;

import io.vertebra.benchmarks.process.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Contestants that get the same load in turns, so that what else happens on the machine meets all of
 * them. Blocks; not for event loops.
 */
public final class Turns implements AutoCloseable {
  private static final int ROUNDS = 5;
  private static final int WARM_UP_LEVEL = 64;
  private static final int WARM_UP_ROUNDS = 2;

  private final List<Contestant> contestants;
  private final Duration round;

  /** Contestants, not yet started, in the order of their turns. */
  public Turns(List<? extends Contestant> contestants, Duration round) {
    this.contestants = List.copyOf(contestants);
    this.round = round;
  }

  /** Starts all and lets them warm up. */
  public void start() {
    contestants.forEach(contestant -> Patience.await(contestant.start()));
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
    return Patience.await(contestant.round(inFlight, round));
  }
}
