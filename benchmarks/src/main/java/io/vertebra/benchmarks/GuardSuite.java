package io.vertebra.benchmarks;

import io.vertebra.benchmarks.Benchmarks.Program;
import io.vertebra.benchmarks.backpressure.BackpressureLoad;
import io.vertebra.benchmarks.cancel.CancelLoad;
import io.vertebra.benchmarks.cascade.CascadeLoad;
import io.vertebra.benchmarks.cpumix.CpuMix;
import io.vertebra.benchmarks.hedge.HedgeLoad;
import io.vertebra.benchmarks.overhead.OverheadLoad;
import io.vertebra.benchmarks.overload.CriticalityLoad;
import io.vertebra.benchmarks.overload.FairnessLoad;
import io.vertebra.benchmarks.overload.MetastableLoad;
import io.vertebra.benchmarks.overload.OverloadLoad;
import io.vertebra.benchmarks.overload.StepLoad;
import io.vertebra.benchmarks.stall.StallLoad;
import java.util.List;

/** The benchmarks of the guard. */
final class GuardSuite {
  private static final String SHORT = "--seconds 5 --rounds 2 --once";

  private static final List<Part> PARTS = List.of(
      new Part("overload", "more calls than a service can serve", OverloadLoad::run, SHORT),
      new Part("step", "from 0.7 to 1.4 times what a service can do", StepLoad::run, SHORT),
      new Part(
          "criticality",
          "12 times the sheddable calls beside critical ones; --calls N",
          CriticalityLoad::run,
          "--calls 8000 --rounds 2 --once"),
      new Part(
          "fairness",
          "one greedy caller among many, a node each; --small N, --times N",
          FairnessLoad::run,
          SHORT),
      new Part(
          "metastable",
          "a brown-out whose callers retry; --brownout N",
          MetastableLoad::run,
          "--brownout 10 --seconds 8 --rounds 2 --once"),
      new Part("cpu-mix", "small requests beside jobs of 20 ms", CpuMix::run, SHORT),
      new Part(
          "cancel",
          "how long another node works on for a caller that gave up",
          CancelLoad::run,
          SHORT),
      new Part("cascade", "three services in a chain that gets too much", CascadeLoad::run, SHORT),
      new Part("hedge", "2% of the replies take 200 ms longer", HedgeLoad::run, SHORT),
      new Part(
          "stall",
          "handlers that hold up their event loop; --trials N,N, --millis N,N, --pauses N",
          StallLoad::run,
          "--trials 2,2,2,1 --pauses 6 --rounds 2 --once"),
      new Part(
          "backpressure",
          "a producer faster than its consumer, two JVMs with 256 MB; --messages N",
          BackpressureLoad::run,
          "--messages 500000"),
      new Part(
          "overhead",
          "a call with the guard and without, by JMH; --forks N",
          OverheadLoad::run,
          "--forks 1 --seconds 1"));

  private GuardSuite() {}

  /**
   * One of them.
   *
   * @param shortArguments what makes it short
   */
  record Part(String name, String help, Program program, String shortArguments) {}

  /** All of them. */
  static List<Part> parts() {
    return PARTS;
  }

  /** {@code --short}: two rounds of about 5 s. What fails is told, and the next one runs. */
  static boolean run(Arguments arguments) {
    boolean isShort = arguments.takeFlag("short");
    arguments.end();
    for (Part part : PARTS) {
      List<String> given = isShort ? List.of(part.shortArguments.split(" ", -1)) : List.of();
      try {
        part.program.run(new Arguments(given));
      } catch (RuntimeException e) {
        System.out.println("RESULT " + part.name + " case=all failed=" + e);
      }
    }
    return true;
  }
}
