package io.vertebra.limit;

import io.vertebra.dispatch.DispatchOwner;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The handlers that run on virtual threads just now. Any thread begins and ends them, the watching one
 * looks whether they compute, at 1,000 of them at most.
 */
final class VirtualWatch {
  private static final int MOST = 1_000;
  private static final long EVERY = 2_000_000L;

  private final Set<VirtualRun> running = ConcurrentHashMap.newKeySet();
  private final Function<Watched, LoopWatch> watches;
  /** Those that computed at the last look. Only for the watching thread. */
  private final Map<VirtualRun, LoopWatch> watched = new HashMap<>();

  private long lookedAt;

  /** Nothing runs; {@code watches} makes what judges a thread. */
  VirtualWatch(Function<Watched, LoopWatch> watches) {
    this.watches = watches;
  }

  /** The current thread, which is virtual, runs code of {@code owner} until {@link #end}. */
  VirtualRun begin(DispatchOwner owner) {
    VirtualRun run = new VirtualRun(owner);
    running.add(run);
    return run;
  }

  void end(VirtualRun run) {
    run.end();
    running.remove(run);
  }

  /** Looks at each; whether any computes. */
  boolean look(long now) {
    if ((running.isEmpty() && watched.isEmpty()) || now - lookedAt < EVERY) {
      return false;
    }
    lookedAt = now;
    Iterator<VirtualRun> each = running.iterator();
    for (int i = 0; i < MOST && each.hasNext(); i++) {
      VirtualRun next = each.next();
      if (next.isComputing() && !watched.containsKey(next)) {
        watched.put(next, watches.apply(next));
      }
    }
    watched.values().removeIf(watch -> !watch.look(now));
    return !watched.isEmpty();
  }
}
