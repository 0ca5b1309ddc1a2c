package io.vertebra.benchmarks;

import io.vertebra.benchmarks.backpressure.BackpressureLoad;
import io.vertebra.benchmarks.cancel.CancelLoad;
import io.vertebra.benchmarks.cascade.CascadeLoad;
import io.vertebra.benchmarks.cpumix.CpuMix;
import io.vertebra.benchmarks.dedup.DedupLoad;
import io.vertebra.benchmarks.dedup.PurgeLoad;
import io.vertebra.benchmarks.fault.FailureWindow;
import io.vertebra.benchmarks.fault.RollingRestart;
import io.vertebra.benchmarks.hedge.HedgeLoad;
import io.vertebra.benchmarks.outbox.OutboxLoad;
import io.vertebra.benchmarks.overload.CriticalityLoad;
import io.vertebra.benchmarks.overload.MetastableLoad;
import io.vertebra.benchmarks.overload.OverloadLoad;
import io.vertebra.benchmarks.overload.StepLoad;
import io.vertebra.benchmarks.process.Quiet;
import io.vertebra.benchmarks.publish.PublishLoad;
import io.vertebra.benchmarks.request.ClusterRequest;
import io.vertebra.benchmarks.request.LocalRequest;
import io.vertebra.benchmarks.saga.SagaLimit;
import io.vertebra.benchmarks.saga.SagaLoad;
import io.vertebra.benchmarks.saga.SagaMemory;
import io.vertebra.benchmarks.stall.StallLoad;
import io.vertebra.benchmarks.store.StoreLoad;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Runs one benchmark by name. Exit code 0; 1 if calls of our side did not end as they had to; 2 if
 * the command line is wrong.
 */
public final class Benchmarks {

  private Benchmarks() {}

  /** {@code NAME [--seconds N] ...}, see the text that is printed without a name. */
  public static void main(String[] args) {
    Quiet.logging();
    Map<String, Entry> entries = entries();
    Entry entry = args.length == 0 ? null : entries.get(args[0]);
    if (entry == null) {
      if (args.length > 0) {
        System.err.println("There is no benchmark named " + args[0] + ".");
      }
      System.err.println(
          "java -jar benchmarks.jar NAME [--seconds N] [--inflight N,N,..], where NAME is one of");
      entries.forEach((name, e) -> System.err.printf("  %-16s %s%n", name, e.help()));
      System.exit(2);
      return;
    }
    try {
      System.exit(
          entry.program().run(new Arguments(Arrays.asList(args).subList(1, args.length))) ? 0 : 1);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    } catch (RuntimeException e) {
      // Whatever was started and not stopped ends with this process.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static Map<String, Entry> entries() {
    Map<String, Entry> entries = new LinkedHashMap<>();
    entries.put(
        "local-request",
        new Entry("one JVM; --cross-loop (default), --same-loop, --features", LocalRequest::run));
    entries.put(
        "cluster-request",
        new Entry("two JVMs; --format json (default) | cbor", ClusterRequest::run));
    entries.put("publish", new Entry("one publisher, four subscribers, one JVM", PublishLoad::run));
    entries.put(
        "failure-window", new Entry("kill, freeze, drain; --kind, --trials N", FailureWindow::run));
    entries.put(
        "rolling-restart",
        new Entry("three nodes replaced in turn under load", RollingRestart::run));
    entries.put(
        "saga-log",
        new Entry("three-step sagas in PostgreSQL, the log alone; --uri URI", StoreLoad::sagas));
    entries.put(
        "dedup",
        new Entry("messages a second through each dedup store; --store a,b", DedupLoad::run));
    entries.put(
        "outbox", new Entry("from a committed row to the bus; --backlog N", OutboxLoad::run));
    entries.put(
        "saga",
        new Entry(
            "durable sagas of three steps a second; --kind dedup-only,batched,uow", SagaLoad::run));
    entries.put(
        "saga-limit", new Entry("the same rows with the engine and without it", SagaLimit::run));
    entries.put(
        "saga-memory",
        new Entry(
            "heap of sagas that wait, and recovery; --sagas N, --recover N", SagaMemory::run));
    entries.put(
        "overload",
        new Entry("more calls than a service can serve; --rounds N", OverloadLoad::run));
    entries.put(
        "cpu-mix",
        new Entry("small requests beside jobs of 20 ms; --seconds N, --rounds N", CpuMix::run));
    entries.put(
        "cancel",
        new Entry("how long another node works on for a caller that gave up", CancelLoad::run));
    entries.put("hedge", new Entry("2% of the replies take 200 ms longer", HedgeLoad::run));
    entries.put(
        "cascade", new Entry("three services in a chain that gets too much", CascadeLoad::run));
    entries.put(
        "metastable",
        new Entry("a brown-out whose callers retry; --brownout N", MetastableLoad::run));
    entries.put("step", new Entry("from 0.7 to 1.4 times what a service can do", StepLoad::run));
    entries.put(
        "criticality",
        new Entry(
            "12 times the sheddable calls beside critical ones; --calls N", CriticalityLoad::run));
    entries.put(
        "stall",
        new Entry(
            "handlers that hold up their event loop; --trials N, --millis N,N, --pauses N",
            StallLoad::run));
    entries.put(
        "backpressure",
        new Entry(
            "a producer faster than its consumer, two JVMs with 256 MB; --messages N",
            BackpressureLoad::run));
    entries.put(
        "dedup-purge",
        new Entry("consumers while old entries are forgotten; --rows N", PurgeLoad::run));
    return entries;
  }

  private record Entry(String help, Program program) {}

  private interface Program {
    /** Whether all was well. */
    boolean run(Arguments arguments);
  }
}
