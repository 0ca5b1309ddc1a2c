package io.vertebra.benchmarks.load;

import io.vertebra.benchmarks.load.Contestant.Side;
import java.io.PrintStream;
import java.util.List;

/**
 * Compares our side with the bare bus and prints one line per number of calls in flight. Of several
 * contestants on the bare bus the line takes the one that is better at that load.
 */
public final class Comparison {
  private final String name;
  private final String details;
  private final List<? extends Contestant> contestants;
  private final Load load;
  private final PrintStream out;

  /**
   * A comparison, not yet run.
   *
   * @param name the name in the printed lines
   * @param details more fields for them, as {@code key=value}; may be empty
   * @param contestants who takes part, in the order of their turns
   * @param load what each is given
   */
  public Comparison(
      String name,
      String details,
      List<? extends Contestant> contestants,
      Load load,
      PrintStream out) {
    this.name = name;
    this.details = details;
    this.contestants = contestants;
    this.load = load;
    this.out = out;
  }

  /**
   * Starts the contestants, runs all rounds, prints, and stops them. Blocks; not for event loops.
   *
   * @return whether each call of our side ended as it should
   */
  public boolean run() {
    try (Turns turns = new Turns(contestants, load.round())) {
      turns.start();
      boolean sound = true;
      for (int level : load.levels()) {
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
