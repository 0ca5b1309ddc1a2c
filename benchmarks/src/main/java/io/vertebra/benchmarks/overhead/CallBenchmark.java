package io.vertebra.benchmarks.overhead;

import io.vertebra.NodeOptions;
import io.vertebra.benchmarks.load.Caller;
import io.vertebra.benchmarks.orders.Orders;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.process.Quiet;
import io.vertebra.benchmarks.request.OurLocal;
import io.vertebra.benchmarks.request.RawLocal;
import io.vertebra.limit.Limit;
import io.vertebra.limit.StallOptions;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One call at a time between two verticles on one event loop, which is far from what it can do. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CallBenchmark {
  static final String ON = "on";
  static final String OFF = "off";
  static final String BARE = "bare";

  private static final int CALLS = 10_000;

  /** Ours with default options, ours without what of the guard can be left out, or the bare event bus. */
  @Param({ON, OFF, BARE})
  public String guard = ON;

  private @Nullable Caller<?> caller;

  /** Starts both verticles. */
  @Setup
  public void start() {
    Quiet.logging();
    caller = switch (guard) {
      case ON -> OurLocal.onOneLoop(Orders.PLACE, options -> options);
      case OFF -> OurLocal.onOneLoop(Orders.PLACE, CallBenchmark::unguarded);
      default -> RawLocal.onOneLoop();
    };
    Patience.await(caller.start());
  }

  private static NodeOptions unguarded(NodeOptions options) {
    return options
        .withLimit(Orders.PLACE.name(), Limit.fixed(1_000_000).withoutShedding())
        .withStalls(StallOptions.defaults().withEnabled(false));
  }

  /** Stops them. */
  @TearDown
  public void stop() {
    Objects.requireNonNull(caller).close();
  }

  /** A request and its reply. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void call() {
    Patience.await(Calls.make(Objects.requireNonNull(caller), CALLS).future());
  }
}
