package io.vertebra.gateway;

import io.vertebra.contract.Request;
import io.vertebra.dispatch.Engine;
import io.vertebra.error.GatewayException;
import io.vertebra.messaging.Bus;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Contracts as routes of a vertx-web {@link Router}. A {@link GatewayVerticle} has one; with a server
 * of your own, {@link #create} one on its router.
 *
 * <p>The JSON body of a request is the message, parameters of the path are fields of it, and for GET
 * and DELETE so are those of the query. Unknown fields and parameters are ignored. A body has to be
 * declared as {@code application/json}; so no web page of another origin can send one unasked.
 *
 * <p>The header {@code Idempotency-Key} becomes the message id of the call: idempotent consumers know
 * a repeated request by it, unless the contract names a part of the message as its key, which then
 * decides; see {@link HttpRoute#fromIdempotencyKey} for making the header that part. The header
 * {@code Timeout-Ms} shortens the timeout. A client that goes away cancels its call.
 *
 * <p>May be used on one event loop only, that of the server's requests.
 */
public final class HttpGateway {
  private static final int UNAVAILABLE = 503;

  private final Router router;
  private final Engine engine;
  private final GatewayOptions options;
  private final EventFeeds feeds;
  private final Map<String, Set<String>> methods = new HashMap<>();

  private HttpGateway(Router router, Bus bus, GatewayOptions options) {
    this.router = router;
    this.engine = Engine.of(bus);
    this.options = options;
    this.feeds = new EventFeeds(options);
  }

  /**
   * A gateway on a router, which also tells what it cannot route as {@code problem+json} from now on.
   * Of the options, those of the server have no meaning.
   *
   * @param bus of the node, from {@code Node.bus()}
   */
  public static HttpGateway create(Router router, Bus bus, GatewayOptions options) {
    for (int status : new int[] {400, 404, 405, 406, 413, 414, 415, 500}) {
      router.errorHandler(status, http -> answerUnrouted(http, status));
    }
    return new HttpGateway(router, bus, options);
  }

  private static void answerUnrouted(RoutingContext http, int status) {
    Throwable failure = http.failure();
    Problem problem = failure == null || status < 500 ? Problem.of(status) : Problem.of(failure);
    problem.send(http);
  }

  /** The router, for routes that are no contracts. */
  public Router router() {
    return router;
  }

  /** Answers with the reply of a call, its message made of path and query. */
  public <Q, R> HttpRoute get(String path, Request<Q, R> contract) {
    return withoutBody(HttpMethod.GET, path, contract);
  }

  /** See {@link #get}. */
  public <Q, R> HttpRoute delete(String path, Request<Q, R> contract) {
    return withoutBody(HttpMethod.DELETE, path, contract);
  }

  /** Answers with the reply of a call, its message made of body and path. */
  public <Q, R> HttpRoute post(String path, Request<Q, R> contract) {
    return withBody(HttpMethod.POST, path, contract);
  }

  /** See {@link #post}. */
  public <Q, R> HttpRoute put(String path, Request<Q, R> contract) {
    return withBody(HttpMethod.PUT, path, contract);
  }

  /** See {@link #post}. */
  public <Q, R> HttpRoute patch(String path, Request<Q, R> contract) {
    return withBody(HttpMethod.PATCH, path, contract);
  }

  /**
   * Begins work that goes on after the reply:
   *
   * <ul>
   *   <li>{@code POST path} answers 202 with the {@code Location} of the work; the same key again
   *       answers with the same place,
   *   <li>{@code GET path/:key} answers 200 with the outcome once it has ended, 202 with the status
   *       while it has not, and 404 if there is no such work,
   *   <li>{@code GET path/:key/events} streams its steps as server-sent events until it ends, and
   *       resumes after the event named in {@code Last-Event-ID}.
   * </ul>
   */
  public <Q, R> HttpRoute accept(String path, Request<Q, R> contract, Progress<Q, R> progress) {
    AcceptRoute<Q, R> route =
        new AcceptRoute<>(contract, new MessageReader<>(contract, path), options, progress, feeds);
    String place =
        path.endsWith("/") ? path + ":" + AcceptRoute.KEY : path + "/:" + AcceptRoute.KEY;
    on(HttpMethod.POST, path).handler(route);
    on(HttpMethod.GET, place).handler(route::tell);
    on(HttpMethod.GET, place + "/events").handler(route::stream);
    return route;
  }

  private <Q, R> HttpRoute withBody(HttpMethod method, String path, Request<Q, R> contract) {
    MessageReader<Q> reader = new MessageReader<>(contract, path);
    CallRoute<Q, R> route = new CallRoute<>(contract, reader, options, true, engine);
    on(method, path).handler(route);
    return route;
  }

  private <Q, R> HttpRoute withoutBody(HttpMethod method, String path, Request<Q, R> contract) {
    MessageReader<Q> reader = new MessageReader<>(contract, path);
    reader.requireNoBody();
    reader.takeQuery();
    CallRoute<Q, R> route = new CallRoute<>(contract, reader, options, false, engine);
    on(method, path).handler(route);
    return route;
  }

  private io.vertx.ext.web.Route on(HttpMethod method, String path) {
    Set<String> known = methods.get(path);
    if (known == null) {
      Set<String> allowed = new TreeSet<>();
      methods.put(path, allowed);
      known = allowed;
      router.route(path).last().handler(http -> refuse(http, allowed));
    }
    if (!known.add(method.name())) {
      throw new IllegalArgumentException(method + " " + path + " is a route already");
    }
    return router.route(method, path);
  }

  private static void refuse(RoutingContext http, Set<String> allowed) {
    http.response().putHeader(HttpHeaders.ALLOW, String.join(", ", allowed));
    Problem.of(GatewayException.methodNotAllowed(String.join(", ", allowed))).send(http);
  }

  /** {@code /ready}, 200 as long as nothing speaks against it and 503 otherwise, and {@code /live}. */
  void health(Supplier<String> state, String ready) {
    on(HttpMethod.GET, "/live").handler(http -> tell(http, 200, "LIVE"));
    on(HttpMethod.GET, "/ready").handler(http -> {
      String now = state.get();
      tell(http, now.equals(ready) ? 200 : UNAVAILABLE, now);
    });
  }

  private static void tell(RoutingContext http, int status, String state) {
    http.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(new JsonObject().put("status", state).toBuffer());
  }

  /** Ends what would never end by itself. */
  void close() {
    feeds.close();
  }

  /** Event streams that are open now. */
  int eventStreams() {
    return feeds.size();
  }
}
