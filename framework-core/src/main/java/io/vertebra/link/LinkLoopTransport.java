package io.vertebra.link;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.transport.Transport;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A Vert.x transport with one event loop more than asked for. While Vert.x starts, only that link
 * loop is handed out, so the event bus and its server live there; afterwards only the others are, so
 * no verticle ever does.
 */
public final class LinkLoopTransport {
  private LinkLoopTransport() {}

  /** Wraps a transport; the loops it makes are {@link Loops}. */
  public static io.vertx.core.transport.Transport wrap(
      io.vertx.core.transport.Transport transport) {
    return new Wrapped(transport);
  }

  /**
   * Starts a Vert.x instance with this transport. The start has a thread of its own: Vert.x keeps
   * giving a thread the event loop which that got first, and whoever took part in the start would
   * have what it does later completed on the link loop.
   *
   * @param start begins to start the instance
   * @return the instance, completed on one of the loops for verticles; a failure, on any thread
   */
  public static Future<Vertx> start(Supplier<Future<Vertx>> start) {
    Promise<Vertx> started = Promise.promise();
    Thread thread = new Thread(
        () -> start.get().onComplete(vertx -> enter((VertxInternal) vertx, started), started::fail),
        "vertebra-start");
    // A main method may end before anything else keeps the process alive.
    thread.setDaemon(false);
    thread.setUncaughtExceptionHandler((died, cause) -> started.tryFail(cause));
    thread.start();
    return started.future();
  }

  private static void enter(VertxInternal vertx, Promise<Vertx> started) {
    if (vertx.nettyEventLoopGroup() instanceof Loops loops) {
      loops.started();
    }
    vertx.createEventLoopContext().runOnContext(entered -> started.complete(vertx));
  }

  private record Wrapped(io.vertx.core.transport.Transport transport)
      implements io.vertx.core.transport.Transport {
    @Override
    public String name() {
      return transport.name();
    }

    @Override
    public boolean available() {
      return transport.available();
    }

    @Override
    public Throwable unavailabilityCause() {
      return transport.unavailabilityCause();
    }

    @Override
    public Transport implementation() {
      return reserving(transport.implementation());
    }
  }

  /** The event loops of a Vert.x instance, of which the first is kept for links. */
  public static final class Loops extends MultiThreadIoEventLoopGroup {
    private final AtomicInteger turn = new AtomicInteger();
    private volatile List<IoEventLoop> users = List.of();
    private volatile boolean starting = true;

    Loops(int users, ThreadFactory threads, IoHandlerFactory handlers) {
      super(users + 1, threads, handlers);
    }

    /** The loop that never runs user code. */
    public IoEventLoop linkLoop() {
      return (IoEventLoop) iterator().next();
    }

    /** Vert.x has started: hands out the other loops from now on. */
    private void started() {
      List<IoEventLoop> others = new ArrayList<>();
      for (EventExecutor loop : this) {
        if (loop != linkLoop()) {
          others.add((IoEventLoop) loop);
        }
      }
      users = List.copyOf(others);
      starting = false;
    }

    @Override
    public IoEventLoop next() {
      if (starting) {
        return linkLoop();
      }
      List<IoEventLoop> others = users;
      return others.get(Math.floorMod(turn.getAndIncrement(), others.size()));
    }
  }

  /** Everything as the wrapped transport does it, except for the event loops of sockets and verticles. */
  private static Transport reserving(Transport transport) {
    InvocationHandler handler = (proxy, method, arguments) -> isEventLoopGroup(method, arguments)
        ? new Loops((int) arguments[1], (ThreadFactory) arguments[2], transport.ioHandlerFactory())
        : invoke(transport, method, arguments);
    return (Transport) Proxy.newProxyInstance(
        Transport.class.getClassLoader(), new Class<?>[] {Transport.class}, handler);
  }

  private static boolean isEventLoopGroup(Method method, Object[] arguments) {
    return method.getName().equals("eventLoopGroup")
        && (int) arguments[0] == Transport.IO_EVENT_LOOP_GROUP;
  }

  private static Object invoke(Transport transport, Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(transport, arguments);
    } catch (InvocationTargetException failed) {
      throw failed.getCause();
    }
  }
}
