package io.vertebra.cluster.postgres;

import io.vertx.core.AsyncResult;
import io.vertx.core.Completable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Executes what many callers ask for in few statements: one statement is under way at a time, and what
 * arrives meanwhile goes together into the next. A statement that fails fails for all that is in it,
 * unless the database refused what one of them holds: then halves are tried until only that one fails.
 *
 * <p>Works on a context of its own; callers are told there.
 */
final class GroupCommit<T, R> {
  private final Context context;
  private final Batching<T, R> batching;
  private final ConcurrentLinkedQueue<Ask<T, R>> arriving = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final ArrayDeque<Ask<T, R>> waiting = new ArrayDeque<>();
  private final ArrayDeque<List<Ask<T, R>>> halves = new ArrayDeque<>();
  private boolean busy;

  GroupCommit(Context context, Batching<T, R> batching) {
    this.context = context;
    this.batching = batching;
  }

  /** What is grouped, and how it is executed. */
  interface Batching<T, R> {
    /** How many items go into a statement at most. */
    int maxItems();

    /** How many bytes go into a statement at most, unless one item alone has more. */
    long maxBytes();

    /** Two items with equal keys are never in one statement. */
    Object key(T item);

    /** About how many bytes an item has. */
    long bytes(T item);

    /** Executes a statement for items; answers one result for each, in order. */
    Future<List<R>> execute(List<T> items);
  }

  /** Takes an item from any thread. */
  void add(T item, Completable<R> done) {
    arriving.add(new Ask<>(item, done));
  }

  /** Has what was added executed. */
  void flush() {
    if (scheduled.compareAndSet(false, true)) {
      context.runOnContext(ignored -> turn());
    }
  }

  private void turn() {
    scheduled.set(false);
    for (Ask<T, R> ask = arriving.poll(); ask != null; ask = arriving.poll()) {
      waiting.add(ask);
    }
    if (!busy && !halves.isEmpty()) {
      busy = true;
      execute(halves.remove());
    } else if (!busy && !waiting.isEmpty()) {
      busy = true;
      execute(nextBatch());
    }
  }

  /** In order of arrival, without those whose key is in the batch already: they keep their place. */
  private List<Ask<T, R>> nextBatch() {
    List<Ask<T, R>> batch = new ArrayList<>();
    ArrayDeque<Ask<T, R>> later = new ArrayDeque<>();
    Set<Object> keys = new HashSet<>();
    long bytes = 0;
    while (!waiting.isEmpty()
        && batch.size() < batching.maxItems()
        && later.size() < batching.maxItems()
        && bytes < batching.maxBytes()) {
      Ask<T, R> ask = waiting.remove();
      if (keys.add(batching.key(ask.item))) {
        bytes += batching.bytes(ask.item);
        batch.add(ask);
      } else {
        later.add(ask);
      }
    }
    while (!later.isEmpty()) {
      waiting.addFirst(later.removeLast());
    }
    return batch;
  }

  private void execute(List<Ask<T, R>> batch) {
    List<T> items = new ArrayList<>(batch.size());
    batch.forEach(ask -> items.add(ask.item));
    Future<List<R>> results;
    try {
      results = batching.execute(items);
    } catch (RuntimeException e) {
      results = Future.failedFuture(e);
    }
    results.onComplete(result -> context.runOnContext(ignored -> executed(batch, result)));
  }

  private void executed(List<Ask<T, R>> batch, AsyncResult<List<R>> result) {
    busy = false;
    if (batch.size() > 1 && isAboutData(result.cause())) {
      halves.addFirst(batch.subList(batch.size() / 2, batch.size()));
      halves.addFirst(batch.subList(0, batch.size() / 2));
      turn();
      return;
    }
    turn();
    for (int i = 0; i < batch.size(); i++) {
      @Nullable R own = result.succeeded() ? result.result().get(i) : null;
      batch.get(i).done.complete(own, result.cause());
    }
  }

  /** Whether the statement was rolled back because of what was in it: a bad character, a key that is too long. */
  private static boolean isAboutData(@Nullable Throwable failure) {
    return failure instanceof PgException refused
        && (refused.getSqlState().startsWith("22") || refused.getSqlState().startsWith("54"));
  }

  private record Ask<T, R>(T item, Completable<R> done) {}
}
