package io.vertebra.cluster.postgres;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Groups the messages of one consumer: what arrives while as many groups are under way as may be goes
 * into the next one. Nothing waits for a group to fill. Of messages with the same key one is under way
 * at a time.
 */
final class Batches<Q, R> {
  private static final int IN_FLIGHT = 4;

  private final Context context;
  private final int most;
  private final Function<List<Incoming<Q, R>>, Future<Void>> batch;
  private final Queue<Incoming<Q, R>> arrived = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final ArrayDeque<Incoming<Q, R>> queue = new ArrayDeque<>();
  private final Map<String, ArrayDeque<Incoming<Q, R>>> underWay = new HashMap<>();
  private int inFlight;

  /**
   * Groups on a context.
   *
   * @param most the size of the largest group
   * @param batch runs a group on the context; its future never fails
   */
  Batches(Context context, int most, Function<List<Incoming<Q, R>>, Future<Void>> batch) {
    this.context = context;
    this.most = most;
    this.batch = batch;
  }

  /** Takes a message; from any thread. */
  void add(Incoming<Q, R> message) {
    arrived.add(message);
    if (scheduled.compareAndSet(false, true)) {
      context.runOnContext(ignored -> {
        scheduled.set(false);
        drain();
      });
    }
  }

  private void drain() {
    for (Incoming<Q, R> each = arrived.poll(); each != null; each = arrived.poll()) {
      queue.add(each);
    }
    while (inFlight < IN_FLIGHT) {
      List<Incoming<Q, R>> group = take();
      if (group.isEmpty()) {
        return;
      }
      inFlight++;
      batch.apply(group).onComplete(done -> context.runOnContext(ignored -> ended(group)));
    }
  }

  private List<Incoming<Q, R>> take() {
    List<Incoming<Q, R>> group = new ArrayList<>();
    while (group.size() < most && !queue.isEmpty()) {
      Incoming<Q, R> next = queue.poll();
      ArrayDeque<Incoming<Q, R>> sameKey = underWay.get(next.key.key());
      if (sameKey == null) {
        underWay.put(next.key.key(), new ArrayDeque<>(0));
        group.add(next);
      } else {
        sameKey.add(next);
      }
    }
    return group;
  }

  private void ended(List<Incoming<Q, R>> group) {
    inFlight--;
    for (Incoming<Q, R> each : group) {
      ArrayDeque<Incoming<Q, R>> sameKey = underWay.remove(each.key.key());
      if (sameKey != null) {
        queue.addAll(sameKey);
      }
    }
    drain();
  }
}
