package io.vertebra.benchmarks.load;

import io.vertebra.benchmarks.load.Contestant.Side;
import io.vertx.core.Future;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Gives each contestant the same load in turns, so that what else happens on the machine meets all
 * of them, and prints one line per number of calls in flight. Of several contestants on the bare bus
 * the line takes the one that is better at that load.
 */
public final class Comparison {
  private static final int[] LEVELS = {1, 64, 1024};
  private static final int ROUNDS = 5;
  private static final int WARM_UP_LEVEL = 64;
  private static final long GRACE_SECONDS = 60;

  private final String name;
  private final String details;
  private final List<Contestant> contestants;
  private final Duration round;
  private final PrintStream out;

  /**
   * A comparison, not yet run.
   *
   * @param name the name in the printed lines
   * @param details more fields for them, as {@code key=value}; may be empty
   * @param contestants who takes part, in the order of their turns
   * @param round how long a round is
   */
  public Comparison(
      String name,
      String details,
      List<? extends Contestant> contestants,
      Duration round,
      PrintStream out) {
    this.name = name;
    this.details = details;
    this.contestants = List.copyOf(contestants);
    this.round = round;
    this.out = out;
  }

  /**
   * Starts the contestants, runs all rounds, prints, and stops them. Blocks; not for event loops.
   *
   * @return whether each call of our side ended as it should
   */
  public boolean run() {
    try {
      for (Contestant contestant : contestants) {
        await(contestant.start());
      }
      for (int i = 0; i < 2; i++) {
        contestants.forEach(contestant -> round(contestant, WARM_UP_LEVEL));
      }
      boolean sound = true;
      for (int level : LEVELS) {
        sound &= compare(level);
      }
      return sound;
    } finally {
      contestants.forEach(Contestant::close);
    }
  }

  private boolean compare(int level) {
    contestants.forEach(contestant -> round(contestant, level));
    Map<Contestant, List<Round>> rounds = new LinkedHashMap<>();
    for (int i = 0; i < ROUNDS; i++) {
      for (Contestant contestant : contestants) {
        rounds.computeIfAbsent(contestant, c -> new ArrayList<>()).add(round(contestant, level));
      }
    }
    List<Score> scores = new ArrayList<>();
    rounds.forEach((contestant, list) -> scores.add(Score.of(contestant, list)));
    out.println(ResultLine.of(name, level, scores, details));
    return scores.stream().allMatch(this::isSound);
  }

  private boolean isSound(Score score) {
    String problem = score.problem();
    if (problem.isEmpty()) {
      return true;
    }
    out.println(score.side() + " " + score.layout() + ": " + problem);
    return score.side() != Side.OURS;
  }

  private Round round(Contestant contestant, int level) {
    return await(contestant.round(level, round));
  }

  private <T> T await(Future<T> future) {
    try {
      return future.await(round.toSeconds() + GRACE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("a round did not end: calls without an outcome", e);
    }
  }
}
