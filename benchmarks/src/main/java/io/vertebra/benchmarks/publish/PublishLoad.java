package io.vertebra.benchmarks.publish;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.load.Comparison;
import io.vertebra.benchmarks.load.Contestant;
import io.vertebra.benchmarks.load.Load;
import java.util.List;

/** One publisher and four subscribers in one JVM. */
public final class PublishLoad {

  private PublishLoad() {}

  /**
   * No options but the round's length.
   *
   * @return whether each subscriber of our side had each message
   */
  public static boolean run(Arguments arguments) {
    Load load = arguments.takeLoad();
    arguments.end();
    List<Contestant> contestants =
        List.of(new OurPublishing(), new RawPublishing(false), new RawPublishing(true));
    return new Comparison(
            "publish", "subscribers=" + Publishing.SUBSCRIBERS, contestants, load, System.out)
        .run();
  }
}
