package io.vertebra.benchmarks.overload;

import io.vertebra.benchmarks.guard.Busy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Who takes part where a service gets too much. */
final class Contenders {
  static final String OURS = "ours";
  static final String BARE = "bare";

  private static final Duration PATIENT = Duration.ofSeconds(5);

  private Contenders() {}

  /** Ours and its peers, each a fresh service. */
  static Map<String, Supplier<Contender>> all(long costNanos, Duration deadline) {
    Map<String, Supplier<Contender>> all = new LinkedHashMap<>();
    all.put(OURS, () -> new OurService(costNanos, deadline));
    all.put(BARE, () -> new BareService(costNanos, deadline));
    all.put("resilience4j", () -> gated(costNanos, deadline, Gate.bulkhead()));
    all.put("gradient2", () -> gated(costNanos, deadline, Gate.gradient2()));
    return all;
  }

  private static Contender gated(long costNanos, Duration deadline, Gate gate) {
    return new GatedService(new BareService(costNanos, deadline), gate);
  }

  /** All but ours. */
  static List<String> peers(Map<String, ?> all) {
    return all.keySet().stream().filter(name -> !name.equals(OURS)).toList();
  }

  /** Calls a second that such a service can do, measured now on the bare bus. */
  static double capacity(long costNanos) {
    BareService service = new BareService(costNanos, PATIENT);
    try {
      return Busy.capacity(service.caller(), service::call);
    } finally {
      service.close();
    }
  }
}
