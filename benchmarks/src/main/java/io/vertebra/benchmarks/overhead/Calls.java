package io.vertebra.benchmarks.overhead;

import io.vertebra.benchmarks.load.Caller;
import io.vertx.core.Context;
import io.vertx.core.Promise;

/** A number of calls, one after the other, on the caller's event loop. */
final class Calls {
  // A contestant may answer on the caller's stack, which ends somewhere.
  private static final int MAX_DEPTH = 16;

  private final Caller<?> caller;
  private final Context context;
  private final Promise<Void> done = Promise.promise();
  private long left;
  private int depth;

  private Calls(Caller<?> caller, long calls) {
    this.caller = caller;
    this.context = caller.callerContext();
    this.left = calls;
  }

  /** Makes the calls; the future completes when the last one is answered. */
  static Promise<Void> make(Caller<?> caller, long calls) {
    Calls made = new Calls(caller, calls);
    made.context.runOnContext(v -> made.next());
    return made.done;
  }

  private void next() {
    if (left-- == 0) {
      done.complete();
      return;
    }
    caller.request(left).onComplete(reply -> answered(), done::tryFail);
  }

  private void answered() {
    if (depth < MAX_DEPTH) {
      depth++;
      next();
      depth--;
    } else {
      context.runOnContext(v -> next());
    }
  }
}
