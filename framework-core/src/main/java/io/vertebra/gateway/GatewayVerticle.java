package io.vertebra.gateway;

import io.vertebra.Node;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Scope;
import io.vertebra.messaging.Bus;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The class to extend for a verticle that exposes contracts over HTTP. It says in {@link #routes} what
 * it exposes, and has {@code /ready} and {@code /live} besides: ready says 503 unless the node is
 * {@code READY} and the verticle is not about to stop.
 *
 * <p>Undeploying it, or closing its node, ends it in this order: {@code /ready} says 503, requests
 * are still taken for {@link GatewayOptions#drainNotice()}, event streams end, no connection is taken
 * any more, running requests end or the {@link GatewayOptions#drainTimeout()} passes.
 *
 * <p>Deploy several instances to use several event loops; they share one port, which must not be 0.
 */
public abstract class GatewayVerticle extends VerticleBase {
  private static final String READY = "READY";

  private @Nullable GatewayOptions options;
  private @Nullable Node node;
  private @Nullable Deployed deployed;
  private volatile int port = -1;

  private record Deployed(Engine engine, Scope scope, Bus bus) {}

  private record Running(HttpGateway gateway, HttpServer server, Runnable forget) {}

  private @Nullable Running running;
  private boolean stopping;

  /** For subclasses that take their options from the configuration they are deployed with. */
  protected GatewayVerticle() {}

  /** For subclasses with these options. */
  protected GatewayVerticle(GatewayOptions options) {
    this.options = Objects.requireNonNull(options);
  }

  /** Says what is exposed. Runs once, after {@link #prepare}. */
  protected abstract void routes(HttpGateway on);

  /** Runs before anything is exposed; default does nothing. */
  protected Future<?> prepare() {
    return Future.succeededFuture();
  }

  /** Runs after the last request has ended; default does nothing. */
  protected Future<?> dispose() {
    return Future.succeededFuture();
  }

  /**
   * The options of the HTTP server, for instance to add TLS; default what {@code options} says.
   * Host and port are set afterwards.
   */
  protected HttpServerOptions server(HttpServerOptions options) {
    return options;
  }

  /** The port that the server listens on, once deployed; from any thread. */
  public final int port() {
    if (port < 0) {
      throw new IllegalStateException("the gateway is not deployed yet");
    }
    return port;
  }

  /** The node that the verticle is deployed on. */
  protected final Node node() {
    Node mine = node;
    if (mine == null) {
      throw notDeployed();
    }
    return mine;
  }

  /** The bus for calls outside of routes; they end when the verticle is undeployed. */
  protected final Bus bus() {
    return deployed().bus;
  }

  @Override
  public void init(Vertx vertx, Context context) {
    super.init(vertx, context);
    if (!context.isEventLoopContext()) {
      throw new IllegalStateException(
          "a gateway needs an event loop; deploy it without a threading model");
    }
    Node found = Node.of(vertx);
    node = found;
    Engine engine = Engine.of(found.bus());
    Scope scope = new Scope(engine.lanes().of(((ContextInternal) context).nettyEventLoop()));
    deployed = new Deployed(engine, scope, engine.busOf(scope));
  }

  /** Use {@link #prepare} instead. */
  @Override
  public final Future<?> start() {
    return prepare().compose(ready -> listen());
  }

  private Future<?> listen() {
    GatewayOptions chosen = chosenOptions();
    Deployed here = deployed();
    HttpGateway gateway = HttpGateway.create(Router.router(vertx), here.bus, chosen);
    gateway.health(this::state, READY);
    routes(gateway);
    HttpServerOptions serverOptions = server(
            new HttpServerOptions().setIdleTimeoutUnit(TimeUnit.MILLISECONDS).setIdleTimeout((int)
                Math.min(Integer.MAX_VALUE, chosen.idleTimeout().toMillis())))
        .setHost(chosen.host())
        .setPort(chosen.port());
    HttpServer server = vertx.createHttpServer(serverOptions).requestHandler(gateway.router());
    return server.listen().onSuccess(listening -> {
      port = server.actualPort();
      String id = context.deploymentID();
      running = new Running(gateway, server, here.engine.onDrain(() -> vertx.undeploy(id)));
    });
  }

  private String state() {
    String now = String.valueOf(node().state());
    return stopping && now.equals(READY) ? "DRAINING" : now;
  }

  private GatewayOptions chosenOptions() {
    GatewayOptions given = options;
    if (given == null) {
      JsonObject configuration = config();
      given = GatewayOptions.fromJson(configuration == null ? new JsonObject() : configuration);
      options = given;
    }
    return given;
  }

  /** Use {@link #dispose} instead. */
  @Override
  public final Future<?> stop() {
    stopping = true;
    Running server = running;
    Future<?> ended = server == null ? Future.succeededFuture() : stop(server, chosenOptions());
    return ended
        .eventually(() -> {
          deployed().scope.cancel();
          return Future.succeededFuture();
        })
        .eventually(this::dispose);
  }

  private Future<?> stop(Running server, GatewayOptions chosen) {
    server.forget.run();
    return pause(chosen.drainNotice().toMillis()).compose(noticed -> {
      server.gateway.close();
      return server.server.shutdown(chosen.drainTimeout().toMillis(), TimeUnit.MILLISECONDS);
    });
  }

  /** The time between what load balancers see and what they have to have done; tests end it themselves. */
  Future<Void> pause(long millis) {
    if (millis == 0) {
      return Future.succeededFuture();
    }
    Promise<Void> over = Promise.promise();
    vertx.setTimer(millis, id -> over.complete());
    return over.future();
  }

  private Deployed deployed() {
    Deployed mine = deployed;
    if (mine == null) {
      throw notDeployed();
    }
    return mine;
  }

  private static IllegalStateException notDeployed() {
    return new IllegalStateException(
        "the verticle is not deployed yet; use prepare() instead of the constructor");
  }
}
