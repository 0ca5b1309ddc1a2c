package io.vertebra.limit;

import io.vertebra.dispatch.DispatchOwner;
import io.vertebra.dispatch.DispatchStamp;
import org.jspecify.annotations.Nullable;

/** A thread, and whose code runs on it. Asked by the watching thread only. */
interface Watched {

  /** Odd while code runs, a different one for each time. */
  long number();

  /** Whose code runs, if the number has not changed meanwhile. */
  @Nullable
  DispatchOwner owner();

  /** The thread, or null as long as nothing has run there. */
  @Nullable
  Thread thread();

  /** What kind of code it is. */
  Kind kind();

  /** Kinds of code that others may have to wait for. */
  enum Kind {
    /** A handler, a consumer or a callback of the framework on an event loop. */
    ON_LOOP(
        "A handler of '%s' (%s) holds up its event loop", "on.cpuBound, on.blocking or on.virtual"),
    /** A timer, a handler of HTTP or other code that Vert.x runs on an event loop by itself. */
    OUTSIDE("Code of %s holds up the event loop %s", "CpuPool, Slices or executeBlocking"),
    /** A handler on a virtual thread. */
    VIRTUAL(
        "A handler of '%s' (%s) computes on its virtual thread without a pause, which takes a processor from the others",
        "on.cpuBound");

    private final String text;
    private final String remedy;

    Kind(String text, String remedy) {
      this.text = text;
      this.remedy = remedy;
    }

    String describe(DispatchOwner owner) {
      return String.format(text, owner.contractId(), owner.verticle());
    }

    String remedy() {
      return remedy;
    }
  }

  /** Code of the framework on an event loop. */
  record OnLoop(DispatchStamp stamp) implements Watched {
    @Override
    public long number() {
      return stamp.number();
    }

    @Override
    public @Nullable DispatchOwner owner() {
      return stamp.owner();
    }

    @Override
    public @Nullable Thread thread() {
      return stamp.thread();
    }

    @Override
    public Kind kind() {
      return Kind.ON_LOOP;
    }
  }
}
