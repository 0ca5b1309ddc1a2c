package io.vertebra.dispatch;

import java.time.Duration;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Takes and gives back the permits of {@link Admission} on several threads, in every order that the
 * model checker finds and in those that a machine produces, and compares what each of them sees with
 * two plain counters that only one thread at a time touches. A process of its own runs it, because the
 * model checker rewrites the classes of the process that it runs in; it cannot read those of newer JDKs.
 */
@Tag("jdk17")
class AdmissionIT {
  private static final int LIMIT = 3;
  private static final int WINDOW = 2;
  private static final int THREADS = 3;

  /** What a thread can do; it gives back only what it holds, as a call does. */
  abstract static class Permits {
    private final int[] onTheirWay = new int[THREADS + 2];
    private final int[] running = new int[THREADS + 2];

    abstract boolean take();

    abstract void arrive();

    abstract void giveBack();

    abstract void giveBackOnArrival();

    /** A call comes. */
    @Operation
    public boolean tryAcquire(@Param(gen = ThreadIdGen.class) int thread) {
      boolean taken = take();
      if (taken) {
        onTheirWay[thread]++;
      }
      return taken;
    }

    /** It has come to its loop, and its handler does not answer at once. */
    @Operation
    public boolean arrived(@Param(gen = ThreadIdGen.class) int thread) {
      if (onTheirWay[thread] == 0) {
        return false;
      }
      onTheirWay[thread]--;
      running[thread]++;
      arrive();
      return true;
    }

    /** It ends later. */
    @Operation
    public boolean release(@Param(gen = ThreadIdGen.class) int thread) {
      if (running[thread] == 0) {
        return false;
      }
      running[thread]--;
      giveBack();
      return true;
    }

    /** It ends as it comes. */
    @Operation
    public boolean releaseOnArrival(@Param(gen = ThreadIdGen.class) int thread) {
      if (onTheirWay[thread] == 0) {
        return false;
      }
      onTheirWay[thread]--;
      giveBackOnArrival();
      return true;
    }

    @Operation
    public abstract int inFlight();

    @Operation
    public abstract int onTheirWay();

    @Operation
    public abstract boolean hasRoom();
  }

  /** The permits of the engine. */
  public static class Engine extends Permits {
    private final Admission admission = admission();

    private static Admission admission() {
      Admission made = new Admission(
          LIMIT, new Admission.QueueSettings(8, 1024, Duration.ofSeconds(1).toNanos(), true), null);
      made.setWindow(WINDOW);
      return made;
    }

    @Override
    boolean take() {
      return admission.tryAcquire();
    }

    @Override
    void arrive() {
      admission.arrived();
    }

    @Override
    void giveBack() {
      admission.release();
    }

    @Override
    void giveBackOnArrival() {
      admission.releaseOnArrival();
    }

    @Override
    public int inFlight() {
      return admission.inFlight();
    }

    @Override
    public int onTheirWay() {
      return admission.onTheirWay();
    }

    @Override
    public boolean hasRoom() {
      return admission.hasRoom();
    }
  }

  /** What they should do. */
  public static class Counted extends Permits {
    private int inFlight;
    private int onTheirWay;

    @Override
    boolean take() {
      if (!hasRoom()) {
        return false;
      }
      inFlight++;
      onTheirWay++;
      return true;
    }

    @Override
    void arrive() {
      onTheirWay--;
    }

    @Override
    void giveBack() {
      inFlight--;
    }

    @Override
    void giveBackOnArrival() {
      onTheirWay--;
      inFlight--;
    }

    @Override
    public int inFlight() {
      return inFlight;
    }

    @Override
    public int onTheirWay() {
      return onTheirWay;
    }

    @Override
    public boolean hasRoom() {
      return inFlight < LIMIT && onTheirWay < WINDOW;
    }
  }

  @Test
  void permits_are_counted_exactly_in_every_order_of_steps() {
    new ModelCheckingOptions()
        .sequentialSpecification(Counted.class)
        .threads(THREADS)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(2)
        .iterations(7)
        .invocationsPerIteration(150)
        .check(Engine.class);
  }

  @Test
  void permits_are_counted_exactly_under_stress() {
    new StressOptions()
        .sequentialSpecification(Counted.class)
        .threads(THREADS)
        .actorsPerThread(4)
        .actorsBefore(1)
        .actorsAfter(2)
        .iterations(8)
        .invocationsPerIteration(500)
        .check(Engine.class);
  }
}
