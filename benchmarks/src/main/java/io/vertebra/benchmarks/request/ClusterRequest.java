package io.vertebra.benchmarks.request;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.load.Comparison;
import io.vertebra.benchmarks.load.Contestant;
import io.vertebra.benchmarks.load.Load;
import java.util.List;
import java.util.Locale;

/** Request and reply between two JVMs on loopback. */
public final class ClusterRequest {

  private ClusterRequest() {}

  /**
   * {@code --format json|cbor}, default json.
   *
   * @return whether all calls of our side ended as they had to
   */
  public static boolean run(Arguments arguments) {
    String format = arguments.takeOption("format").orElse("json");
    if (!List.of("json", "cbor").contains(format)) {
      throw new IllegalArgumentException("--format is json or cbor: " + format);
    }
    Load load = arguments.takeLoad();
    arguments.end();
    String name = format.toUpperCase(Locale.ROOT);
    List<Contestant> contestants = List.of(
        new OurRemote(name), new RawRemote(Loops.ONE, name), new RawRemote(Loops.SPLIT, name));
    return new Comparison("cluster-request", "format=" + format, contestants, load, System.out)
        .run();
  }
}
