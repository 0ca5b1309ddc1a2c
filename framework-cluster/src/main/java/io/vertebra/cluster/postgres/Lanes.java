package io.vertebra.cluster.postgres;

import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Several group commits side by side, so that one can be encoded while another is written. */
final class Lanes<T, R> {
  private final VertxInternal vertx;
  private final List<GroupCommit<T, R>> lanes;
  private final ToIntFunction<T> hash;

  /**
   * Lanes.
   *
   * @param hash what has the same hash goes to the same lane
   */
  Lanes(
      VertxInternal vertx, int count, GroupCommit.Batching<T, R> batching, ToIntFunction<T> hash) {
    this.vertx = vertx;
    this.hash = hash;
    this.lanes = new ArrayList<>(count);
    for (int lane = 0; lane < count; lane++) {
      lanes.add(new GroupCommit<>(vertx.createEventLoopContext(), batching));
    }
  }

  /** Has one item executed; the future completes on the caller's context. */
  Future<R> submit(T item) {
    PromiseInternal<R> promise = vertx.getOrCreateContext().promise();
    GroupCommit<T, R> lane = laneOf(item);
    lane.add(item, promise);
    lane.flush();
    return promise.future();
  }

  /** Has items executed; the future completes with their results in order, or fails if one failed. */
  Future<List<R>> submitAll(List<T> items) {
    PromiseInternal<List<R>> promise = vertx.getOrCreateContext().promise();
    if (items.isEmpty()) {
      promise.complete(List.of());
      return promise.future();
    }
    Collected<R> collected = new Collected<>(items.size(), promise);
    for (int i = 0; i < items.size(); i++) {
      laneOf(items.get(i)).add(items.get(i), collected.at(i));
    }
    lanes.forEach(GroupCommit::flush);
    return promise.future();
  }

  private GroupCommit<T, R> laneOf(T item) {
    return lanes.get(Math.floorMod(hash.applyAsInt(item), lanes.size()));
  }

  /** Waits for all results, also after a failure: an item may be written again only when it is settled. */
  private static final class Collected<R> {
    private final AtomicReferenceArray<R> results;
    private final AtomicInteger missing;
    private final PromiseInternal<List<R>> promise;
    private volatile @Nullable Throwable failure;

    Collected(int size, PromiseInternal<List<R>> promise) {
      this.results = new AtomicReferenceArray<>(size);
      this.missing = new AtomicInteger(size);
      this.promise = promise;
    }

    Completable<R> at(int i) {
      return (result, cause) -> {
        if (cause != null) {
          failure = cause;
        } else {
          results.set(i, result);
        }
        if (missing.decrementAndGet() == 0) {
          end();
        }
      };
    }

    private void end() {
      Throwable cause = failure;
      if (cause != null) {
        promise.fail(cause);
        return;
      }
      List<R> all = new ArrayList<>(results.length());
      for (int i = 0; i < results.length(); i++) {
        all.add(results.get(i));
      }
      promise.complete(all);
    }
  }
}
