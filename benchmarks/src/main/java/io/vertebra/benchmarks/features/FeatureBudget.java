package io.vertebra.benchmarks.features;

import io.vertebra.NodeOptions;
import io.vertebra.benchmarks.features.BareDispatch.Feature;
import io.vertebra.benchmarks.load.Contestant;
import io.vertebra.benchmarks.load.Score;
import io.vertebra.benchmarks.load.Turns;
import io.vertebra.benchmarks.orders.Orders;
import io.vertebra.benchmarks.raw.PlaceOrder;
import io.vertebra.benchmarks.request.OurLocal;
import io.vertebra.benchmarks.request.RawLocal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A ladder from the load generator alone over a dispatch made by hand, with one more feature on each
 * rung, to the framework; then what options add to that, and the bare bus. Each rung has 64 calls in
 * flight on one event loop. What counts is that loop's processor time per call, which other processes
 * on the machine hardly change.
 */
public final class FeatureBudget {
  private static final int IN_FLIGHT = 64;

  private FeatureBudget() {}

  /** Measures and prints; rounds of this length. */
  public static void run(Duration round) {
    List<Rung> rungs = rungs();
    List<Contestant> contestants = rungs.stream().map(Rung::contestant).toList();
    try (Turns turns = new Turns(contestants, round)) {
      turns.start();
      print(rungs, turns.take(IN_FLIGHT));
    }
  }

  private static List<Rung> rungs() {
    List<Rung> rungs = new ArrayList<>();
    rungs.add(new Rung("load-loop", null, new NoDispatch()));
    String below = "load-loop";
    EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
    below = add(rungs, "dispatch", below, features);
    for (Feature feature : Feature.values()) {
      features.add(feature);
      below = add(rungs, feature.name().toLowerCase(Locale.ROOT), below, features);
    }
    rungs.add(new Rung("vertebra", below, OurLocal.onOneLoop(Orders.PLACE, options -> options)));
    rungs.add(new Rung(
        "keyed",
        "vertebra",
        OurLocal.onOneLoop(Orders.PLACE.keyedBy(PlaceOrder::id), options -> options)));
    rungs.add(new Rung(
        "idempotent",
        "vertebra",
        OurLocal.onOneLoop(Orders.PLACE.idempotentBy(PlaceOrder::id), options -> options)));
    rungs.add(new Rung(
        "local-check", "vertebra", OurLocal.onOneLoop(Orders.PLACE, FeatureBudget::checked)));
    rungs.add(new Rung("bare-bus", null, RawLocal.onOneLoop()));
    return rungs;
  }

  private static String add(
      List<Rung> rungs, String name, String below, EnumSet<Feature> features) {
    rungs.add(new Rung(name, below, new BareDispatch(name, features)));
    return name;
  }

  private static NodeOptions checked(NodeOptions options) {
    return options.withLocalCheck(true);
  }

  private static void print(List<Rung> rungs, List<Score> scores) {
    for (int i = 0; i < rungs.size(); i++) {
      Rung rung = rungs.get(i);
      double nanos = scores.get(i).callerNanosPerCall();
      String added = "";
      for (int below = 0; below < i; below++) {
        if (rungs.get(below).name().equals(rung.below())) {
          added = String.format(
              Locale.ROOT,
              " adds_ns=%.0f to=%s",
              nanos - scores.get(below).callerNanosPerCall(),
              rung.below());
        }
      }
      System.out.printf(
          Locale.ROOT, "RESULT features step=%s ns=%.0f%s%n", rung.name(), nanos, added);
    }
  }

  /** A contestant, and the one it is compared with. */
  private record Rung(String name, @Nullable String below, Contestant contestant) {}
}
