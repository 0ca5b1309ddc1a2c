package io.vertebra;

import io.vertebra.directory.ServedContract;
import io.vertebra.directory.TapInterest;
import io.vertebra.dispatch.Engine;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.Subscription;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertebra.observe.Tap;
import io.vertebra.observe.TapOptions;
import io.vertebra.observe.TapRecord;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/** The taps that are open on this node, and what each node wants to see of the calls here. */
final class NodeTaps {
  private final Engine engine;
  private final TapRecorder recorder;
  private final List<OpenTap> open = new CopyOnWriteArrayList<>();
  /** On the control lane. */
  private final Map<String, List<TapInterest>> wanted = new HashMap<>();

  private volatile Function<List<TapInterest>, Future<Void>> announcement =
      nobodyElse -> Future.succeededFuture();

  /**
   * Taps of a node.
   *
   * @param showsBodies whether bodies of messages sent here may be seen
   */
  NodeTaps(Engine engine, boolean showsBodies) {
    this.engine = engine;
    this.recorder = new TapRecorder(engine, showsBodies);
  }

  /** Sets how other nodes are told what is wanted here; completes once they know. */
  void announceBy(Function<List<TapInterest>, Future<Void>> channel) {
    announcement = channel;
  }

  Future<Tap> open(TapOptions options, Consumer<? super TapRecord> handler) {
    ContextInternal context = engine.vertx().getOrCreateContext();
    OpenTap tap;
    try {
      tap = new OpenTap(options, handler, context);
    } catch (VertebraException closed) {
      return context.failedFuture(closed);
    }
    open.add(tap);
    return announce().map(tap);
  }

  /** Completes once every node shows what the open taps want. */
  private Future<Void> announce() {
    Promise<Void> known = engine.vertx().getOrCreateContext().promise();
    engine.control().run(() -> {
      List<TapInterest> own = new ArrayList<>();
      for (OpenTap tap : open) {
        own.addAll(tap.interests());
      }
      wants(engine.nodeId(), own);
      announcement.apply(own).onComplete(known);
    });
    return known.future();
  }

  /** A node says what it wants to see; nothing when it is gone. On the control lane. */
  void wants(String node, List<TapInterest> interests) {
    if (interests.isEmpty()) {
      wanted.remove(node);
    } else {
      wanted.put(node, interests);
    }
    recorder.show(wanted.values().stream().flatMap(List::stream).toList());
    engine.tap(wanted.isEmpty() ? null : recorder);
  }

  Future<Void> close() {
    List<Future<Void>> closed = open.stream().map(OpenTap::close).toList();
    return Future.join(closed).mapEmpty();
  }

  /** One tap; its records come to it as messages of a topic, one at a time. */
  private final class OpenTap implements Tap {
    private final TapOptions options;
    private final Consumer<? super TapRecord> handler;
    private final AtomicLong missedThere = new AtomicLong();
    private final Subscription subscription;

    OpenTap(TapOptions options, Consumer<? super TapRecord> handler, ContextInternal context) {
      this.options = options;
      this.handler = handler;
      this.subscription = engine
          .topics()
          .subscribe(
              TapRecorder.RECORDS,
              this::take,
              SubscriptionOptions.defaults().withBuffer(options.buffer()),
              context);
    }

    List<TapInterest> interests() {
      if (options.contracts().isEmpty()) {
        return List.of(interestIn(TapInterest.EVERY_CONTRACT));
      }
      return options.contracts().stream()
          .map(contract -> interestIn(ServedContract.requestId(contract)))
          .toList();
    }

    private TapInterest interestIn(long contract) {
      return new TapInterest(contract, options.oneIn(), options.hasBodies());
    }

    private Future<Void> take(TapRecord seen) {
      missedThere.addAndGet(seen.missedBefore());
      boolean isMeant =
          options.contracts().isEmpty() || options.contracts().contains(seen.contract());
      if (isMeant && TapFilter.isChosen(seen.correlationId(), options.oneIn())) {
        handler.accept(options.hasBodies() ? seen : seen.withoutBody());
      }
      return Future.succeededFuture();
    }

    @Override
    public long missed() {
      return missedThere.get() + subscription.discarded();
    }

    @Override
    public Future<Void> close() {
      open.remove(this);
      return Future.join(announce(), subscription.close()).mapEmpty();
    }
  }
}
