package io.vertebra.examples.thumbnails;

import io.vertebra.examples.thumbnails.Images.Describe;
import io.vertebra.messaging.Bus;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks for a description each 2 ms, whether or not the one before was answered, and measures from when
 * each was due: a service that stands still is not asked less.
 */
final class SmallRequests {
  private static final long EACH_MILLIS = 2;

  private final Bus bus;
  private final Context context;
  private final String sku;
  private final List<Long> nanos = new ArrayList<>();
  private final Promise<List<Long>> done = Promise.promise();
  private long startedAt;
  private int asked;
  private boolean stopped;

  private SmallRequests(Bus bus, Context context, String sku) {
    this.bus = bus;
    this.context = context;
    this.sku = sku;
  }

  static SmallRequests start(Bus bus, Context context, String sku) {
    SmallRequests requests = new SmallRequests(bus, context, sku);
    context.runOnContext(now -> {
      requests.startedAt = System.nanoTime();
      context.owner().setPeriodic(EACH_MILLIS, requests::ask);
    });
    return requests;
  }

  private void ask(long timer) {
    if (stopped) {
      context.owner().cancelTimer(timer);
      end();
      return;
    }
    long dueAt = startedAt + ++asked * EACH_MILLIS * 1_000_000L;
    bus.request(Images.DESCRIBE, new Describe(sku)).onComplete(answered -> {
      if (answered.succeeded()) {
        nanos.add(System.nanoTime() - dueAt);
      } else {
        done.tryFail(answered.cause());
      }
      end();
    });
  }

  /** Asks no more; completes with what each answer took. */
  Future<List<Long>> stop() {
    context.runOnContext(now -> stopped = true);
    return done.future();
  }

  private void end() {
    if (stopped && nanos.size() == asked) {
      done.tryComplete(nanos);
    }
  }
}
