package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One contract served by one deployed verticle.
 *
 * @param <Q> the message
 * @param <R> the reply
 */
public final class Instance<Q, R> {
  private final Engine engine;
  private final Route route;
  private final Request<Q, R> contract;
  private final Handler<Q, R> handler;
  private final Admission admission;
  private final ContextInternal context;
  private final Lane lane;
  private final Counters counters = new Counters();
  private final AtomicInteger lostNow = new AtomicInteger();
  private final Map<String, Queue<ServedCall<?, ?>>> lines = new HashMap<>();
  private final Promise<Void> idle = Promise.promise();
  private volatile boolean retiring;

  Instance(
      Engine engine,
      Request<Q, R> contract,
      Handler<Q, R> handler,
      Admission admission,
      ContextInternal context) {
    this.engine = engine;
    this.route = engine.route(contract.name());
    this.contract = contract;
    this.handler = handler;
    this.admission = admission;
    this.context = context;
    this.lane = engine.lanes().of(context.nettyEventLoop());
  }

  /**
   * For a keyed contract, whether nothing of the same key runs; otherwise the call waits in the line
   * of its key and is started when its turn comes. Lane only.
   */
  boolean mayStart(ServedCall<?, ?> call) {
    String key = call.envelope().key();
    if (key == null) {
      return true;
    }
    Queue<ServedCall<?, ?>> line = lines.get(key);
    if (line == null) {
      lines.put(key, new ArrayDeque<>(2));
      return true;
    }
    line.add(call);
    return false;
  }

  /** The call has ended; the next of its key may start. Lane only. */
  void finished(ServedCall<?, ?> call) {
    String key = call.envelope().key();
    if (key == null) {
      return;
    }
    Queue<ServedCall<?, ?>> line = lines.get(key);
    ServedCall<?, ?> following = line == null ? null : line.poll();
    if (following == null) {
      lines.remove(key);
    } else {
      lane.post(following::start);
    }
  }

  /** Gives the permit of an ended call back. Any thread. */
  void release() {
    admission.release();
    route.queue().permitFreed();
    if (retiring && admission.inFlight() <= lostNow.get()) {
      idle.tryComplete();
    }
  }

  /** A call runs on long after its caller has gone: it keeps its permit, but is reported. */
  void lost(ServedCall<?, ?> call) {
    counters.lost();
    int now = lostNow.incrementAndGet();
    engine.reportLost(contract.name(), call.metadata().messageId(), now, admission.limit());
    if (now * 2 > admission.limit()) {
      engine.unserve(this);
    }
  }

  /** A lost call has answered after all. */
  void found() {
    lostNow.decrementAndGet();
  }

  /** Completes once nothing is in flight; call after the route has let go of the instance. */
  public Future<Void> retire() {
    retiring = true;
    if (admission.inFlight() <= lostNow.get()) {
      idle.tryComplete();
    }
    return idle.future();
  }

  /** The contract, as this instance serves it. */
  public Request<Q, R> contract() {
    return contract;
  }

  /** The lane that runs it. */
  public Lane lane() {
    return lane;
  }

  /** Its permits. */
  public Admission admission() {
    return admission;
  }

  /** What became of its calls. */
  public Counters counters() {
    return counters;
  }

  Handler<Q, R> handler() {
    return handler;
  }

  ContextInternal context() {
    return context;
  }

  Route route() {
    return route;
  }

  /** The same instance, if it serves {@code caller}'s types. */
  @SuppressWarnings("unchecked")
  <A, B> @Nullable Instance<A, B> as(Request<A, B> caller) {
    return contract == (Object) caller
            || contract.requestType() == (Object) caller.requestType()
                && contract.replyType() == (Object) caller.replyType()
        ? (Instance<A, B>) this
        : null;
  }
}
