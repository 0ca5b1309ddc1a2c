package io.vertebra.benchmarks;

import io.vertebra.benchmarks.dedup.DedupLoad;
import io.vertebra.benchmarks.dedup.PurgeLoad;
import io.vertebra.benchmarks.fault.FailureWindow;
import io.vertebra.benchmarks.fault.RollingRestart;
import io.vertebra.benchmarks.outbox.OutboxLoad;
import io.vertebra.benchmarks.process.Quiet;
import io.vertebra.benchmarks.publish.PublishLoad;
import io.vertebra.benchmarks.request.ClusterRequest;
import io.vertebra.benchmarks.request.LocalRequest;
import io.vertebra.benchmarks.saga.SagaLimit;
import io.vertebra.benchmarks.saga.SagaLoad;
import io.vertebra.benchmarks.saga.SagaMemory;
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
        "dedup-purge",
        new Entry("consumers while old entries are forgotten; --rows N", PurgeLoad::run));
    for (GuardSuite.Part guard : GuardSuite.parts()) {
      entries.put(guard.name(), new Entry(guard.help(), guard.program()));
    }
    entries.put(
        "--all",
        new Entry(
            "from overload on, one after the other; --short for about a quarter of an hour",
            GuardSuite::run));
    return entries;
  }

  private record Entry(String help, Program program) {}

  /** What runs if its name is given. */
  interface Program {
    /** Whether all was well. */
    boolean run(Arguments arguments);
  }
}
