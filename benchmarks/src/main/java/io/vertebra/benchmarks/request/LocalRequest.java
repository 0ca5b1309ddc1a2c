package io.vertebra.benchmarks.request;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.features.FeatureBudget;
import io.vertebra.benchmarks.load.Comparison;
import io.vertebra.benchmarks.load.Contestant;
import io.vertebra.benchmarks.load.Load;
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
    Load load = arguments.takeLoad();
    arguments.end();
    boolean sound = true;
    if (features) {
      FeatureBudget.run(load.round());
    }
    if (cross || !(same || features)) {
      sound = compare(
          "cross",
          List.of(
              new OurLocal(Loops.SPLIT), new RawLocal(Loops.ASSIGNED), new RawLocal(Loops.SPLIT)),
          load);
    }
    if (same) {
      sound &= compare("same", List.of(new OurLocal(Loops.ONE), new RawLocal(Loops.ONE)), load);
    }
    return sound;
  }

  private static boolean compare(String loops, List<Contestant> contestants, Load load) {
    return new Comparison("local-request", "loops=" + loops, contestants, load, System.out).run();
  }
}
