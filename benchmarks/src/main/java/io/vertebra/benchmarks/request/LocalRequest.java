package io.vertebra.benchmarks.request;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.features.FeatureBudget;
import io.vertebra.benchmarks.load.Comparison;
import io.vertebra.benchmarks.load.Contestant;
import java.time.Duration;
import java.util.List;

/** Request and reply between two verticles of one JVM. */
public final class LocalRequest {

  private LocalRequest() {}

  /**
   * {@code --cross-loop} (default): caller and server on two event loops; {@code --same-loop}: on one;
   * {@code --features}: what each feature costs.
   *
   * @return whether all calls of our side ended as they had to
   */
  public static boolean run(Arguments arguments) {
    boolean same = arguments.takeFlag("same-loop");
    boolean cross = arguments.takeFlag("cross-loop");
    boolean features = arguments.takeFlag("features");
    Duration round = arguments.takeRound();
    arguments.end();
    boolean sound = true;
    if (features) {
      FeatureBudget.run(round);
    }
    if (cross || !(same || features)) {
      sound = compare(
          "cross",
          List.of(
              new OurLocal(Loops.SPLIT), new RawLocal(Loops.ASSIGNED), new RawLocal(Loops.SPLIT)),
          round);
    }
    if (same) {
      sound &= compare("same", List.of(new OurLocal(Loops.ONE), new RawLocal(Loops.ONE)), round);
    }
    return sound;
  }

  private static boolean compare(String loops, List<Contestant> contestants, Duration round) {
    return new Comparison("local-request", "loops=" + loops, contestants, round, System.out).run();
  }
}
