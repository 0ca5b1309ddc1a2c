package io.vertebra.benchmarks.load;

import io.vertebra.benchmarks.load.Contestant.Side;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * Compares our side with the bare bus and prints one line per number of calls in flight. Of several
 * contestants on the bare bus the line takes the one that is better at that load.
 */
public final class Comparison {
  private static final int[] LEVELS = {1, 64, 1024};

  private final String name;
  private final String details;
  private final List<? extends Contestant> contestants;
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
    this.contestants = contestants;
    this.round = round;
    this.out = out;
  }

  /**
   * Starts the contestants, runs all rounds, prints, and stops them. Blocks; not for event loops.
   *
   * @return whether each call of our side ended as it should
   */
  public boolean run() {
    try (Turns turns = new Turns(contestants, round)) {
      turns.start();
      boolean sound = true;
      for (int level : LEVELS) {
        List<Score> scores = turns.take(level);
        out.println(ResultLine.of(name, level, scores, details));
        for (Score score : scores) {
          sound &= isSound(score);
        }
      }
      return sound;
    }
  }

  private boolean isSound(Score score) {
    String problem = score.problem();
    if (problem.isEmpty()) {
      return true;
    }
    out.println(score.side() + " " + score.layout() + ": " + problem);
    return score.side() != Side.OURS;
  }
}
