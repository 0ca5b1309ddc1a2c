package io.vertebra.benchmarks.features;

import io.vertebra.benchmarks.load.Caller;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.raw.OrderPlaced;
import io.vertebra.benchmarks.raw.PlaceOrder;
import io.vertebra.dispatch.Admission;
import io.vertebra.dispatch.Lane;
import io.vertebra.dispatch.Lanes;
import io.vertebra.dispatch.Timed;
import io.vertebra.limit.Limit;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.spi.context.storage.AccessMode;
import io.vertx.core.spi.context.storage.ContextLocal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request made by hand from the engine's parts, with the features asked for and nothing else: a
 * promise, one hop to the server's lane, and one back. Caller and server share one event loop.
 */
final class BareDispatch implements Caller<OrderPlaced> {
  private static final long TIMEOUT_NANOS = 5_000_000_000L;
  private static final ContextLocal<Object> CALL = ContextLocal.registerLocal(Object.class);

  /** What a call may have besides. */
  enum Feature {
    /** A deadline in the lane's wheel, taken back when the reply comes. */
    DEADLINE,
    /** A permit of the default limit. */
    PERMIT,
    /** A context of its own for the handler, with the call in a context local. */
    CONTEXT
  }

  private final String name;
  private final boolean deadline;
  private final boolean permit;
  private final boolean ownContext;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
  private final Lane lane = new Lanes().of(context.nettyEventLoop());
  private final Admission admission = Limit.defaults().toAdmission();

  BareDispatch(String name, Set<Feature> features) {
    this.name = name;
    this.deadline = features.contains(Feature.DEADLINE);
    this.permit = features.contains(Feature.PERMIT);
    this.ownContext = features.contains(Feature.CONTEXT);
  }

  @Override
  public Side side() {
    return Side.OURS;
  }

  @Override
  public String layout() {
    return name;
  }

  @Override
  public Future<Void> start() {
    return Future.succeededFuture();
  }

  @Override
  public Context callerContext() {
    return context;
  }

  @Override
  public Future<OrderPlaced> request(long id) {
    return new Exchange(PlaceOrder.of(id)).begin();
  }

  @Override
  public long idOf(OrderPlaced reply) {
    return reply.id();
  }

  // The rungs below the framework have no such calls.

  @Override
  public Future<?> requestLost(long id) {
    return Future.failedFuture("no reply");
  }

  @Override
  public Future<?> requestFailing(long id) {
    return Future.failedFuture("no reply");
  }

  @Override
  public boolean isExpiry(Throwable failure) {
    return true;
  }

  @Override
  public boolean isHandlerFailure(Throwable failure) {
    return true;
  }

  @Override
  public void close() {
    Patience.await(vertx.close());
  }

  private Future<OrderPlaced> handle(PlaceOrder order) {
    return Future.succeededFuture(new OrderPlaced(order.id(), true));
  }

  private final class Exchange extends Timed implements Runnable {
    private final PlaceOrder message;
    private final Promise<OrderPlaced> promise = context.promise();
    private @Nullable OrderPlaced reply;

    Exchange(PlaceOrder message) {
      this.message = message;
    }

    Future<OrderPlaced> begin() {
      if (deadline) {
        lane.arm(this, lane.nanoTime() + TIMEOUT_NANOS);
      }
      if (permit && !admission.tryAcquire()) {
        throw new IllegalStateException("the limit is higher than any load of this benchmark");
      }
      lane.post(this);
      return promise.future();
    }

    @Override
    public void run() {
      if (reply == null) {
        serve();
      } else {
        end(reply);
      }
    }

    private void serve() {
      Future<OrderPlaced> answer;
      if (ownContext) {
        ContextInternal call = context.duplicate();
        call.putLocal(CALL, AccessMode.CONCURRENT, this);
        ContextInternal previous = call.beginDispatch();
        answer = handle(message);
        call.endDispatch(previous);
      } else {
        answer = handle(message);
      }
      if (permit) {
        admission.releaseOnArrival();
      }
      reply = answer.result();
      lane.post(this);
    }

    private void end(OrderPlaced value) {
      if (deadline) {
        lane.disarm(this);
      }
      ContextInternal previous = context.beginDispatch();
      promise.complete(value);
      context.endDispatch(previous);
    }

    @Override
    protected void onDeadline(long nowNanos) {
      promise.tryFail("expired");
    }
  }
}
