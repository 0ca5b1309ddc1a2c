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

  /** Makes a fresh service that takes so many nanoseconds for a call from a caller that waits so long. */
  private interface Maker {
    Contender make(long costNanos, Duration deadline);
  }

  /** Ours and its peers, each a fresh service in this JVM. */
  static Map<String, Supplier<Contender>> all(long costNanos, Duration deadline) {
    return all(OurService::new, BareService::new, costNanos, deadline);
  }

  /** The same, each a fresh service in a JVM of its own. */
  static Map<String, Supplier<Contender>> remote(long costNanos, Duration deadline) {
    return all(RemoteService::ours, RemoteService::bare, costNanos, deadline);
  }

  private static Map<String, Supplier<Contender>> all(
      Maker ours, Maker bare, long costNanos, Duration deadline) {
    Map<String, Supplier<Contender>> all = new LinkedHashMap<>();
    all.put(OURS, () -> ours.make(costNanos, deadline));
    all.put(BARE, () -> bare.make(costNanos, deadline));
    all.put(
        "resilience4j", () -> new GatedService(bare.make(costNanos, deadline), Gate.bulkhead()));
    all.put("gradient2", () -> new GatedService(bare.make(costNanos, deadline), Gate.gradient2()));
    return all;
  }

  /** All but ours. */
  static List<String> peers(Map<String, ?> all) {
    return all.keySet().stream().filter(name -> !name.equals(OURS)).toList();
  }

  /** Calls a second that such a service can do, measured now on the bare bus in this JVM. */
  static double capacity(long costNanos) {
    return capacity(new BareService(costNanos, PATIENT), Duration.ofSeconds(1));
  }

  /** The same in a JVM of its own, with whichever of ours and the bare bus does more. */
  static double remoteCapacity(long costNanos) {
    return Math.max(
        capacity(RemoteService.ours(costNanos, PATIENT), RemoteService.WARM_UP),
        capacity(RemoteService.bare(costNanos, PATIENT), RemoteService.WARM_UP));
  }

  private static double capacity(Contender service, Duration warmUp) {
    try {
      return Busy.capacity(service.caller(), service::call, warmUp, service::warmedUp);
    } finally {
      service.close();
    }
  }
}
