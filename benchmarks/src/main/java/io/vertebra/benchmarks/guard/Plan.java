package io.vertebra.benchmarks.guard;

import io.vertebra.benchmarks.Arguments;
import java.time.Duration;

/**
 * How long each contender has a turn, and how many turns.
 *
 * @param round what counts of a turn, without its warm-up
 * @param rounds turns of each contender
 * @param repeats how often a round is taken again at most if the machine was busy
 */
public record Plan(Duration round, int rounds, int repeats) {
  private static final int ROUNDS = 5;
  private static final int REPEATS = 2;

  /** {@code --seconds N}, {@code --rounds N}, default 5; {@code --once} takes no round again. */
  public static Plan of(Arguments arguments, int seconds) {
    return new Plan(
        Duration.ofSeconds(arguments.takeNumber("seconds", seconds)),
        arguments.takeNumber("rounds", ROUNDS),
        arguments.takeFlag("once") ? 0 : REPEATS);
  }
}
