package io.vertebra.gateway;

import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What routes to a contract have in common: their settings, reading the message, telling failures. */
abstract class ContractRoute<Q, R> implements HttpRoute, Handler<RoutingContext> {
  private static final int LOWEST_ERROR = 400;
  private static final int HIGHEST_STATUS = 599;

  final Request<Q, R> contract;
  private final GatewayOptions options;
  private final MessageReader<Q> reader;
  private final boolean hasBody;
  private final Map<Class<? extends Record>, Integer> failures = new HashMap<>();
  private Duration timeout;
  private int maxBody;
  private int status;

  ContractRoute(
      Request<Q, R> contract,
      MessageReader<Q> reader,
      GatewayOptions options,
      boolean hasBody,
      int status) {
    this.contract = contract;
    this.options = options;
    this.reader = reader;
    this.hasBody = hasBody;
    this.timeout = options.timeout();
    this.maxBody = options.maxBody();
    this.status = status;
  }

  @Override
  public HttpRoute within(Duration timeout) {
    if (timeout.toMillis() < 1 || timeout.compareTo(options.idleTimeout()) >= 0) {
      throw new IllegalArgumentException(
          "the timeout of a route must be at least 1 ms and shorter than" + " the idleTimeout of "
              + options.idleTimeout() + ": " + timeout);
    }
    this.timeout = timeout;
    return this;
  }

  @Override
  public HttpRoute limitedTo(int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("a body must be allowed at least 1 byte: " + bytes);
    }
    this.maxBody = bytes;
    return this;
  }

  @Override
  public HttpRoute answering(int status) {
    if (status < 200 || status > 299) {
      throw new IllegalArgumentException(
          "the status of a reply lies between 200 and 299: " + status);
    }
    this.status = status;
    return this;
  }

  @Override
  public HttpRoute failingWith(Class<? extends Record> failure, int status) {
    if (!contract.declares(failure)) {
      throw new IllegalArgumentException(
          "'" + contract.name() + "' does not declare " + failure.getSimpleName());
    }
    if (status < LOWEST_ERROR || status > HIGHEST_STATUS) {
      throw new IllegalArgumentException(
          "the status of a failure lies between 400 and 599: " + status);
    }
    failures.put(failure, status);
    return this;
  }

  @Override
  public HttpRoute fromQuery() {
    reader.takeQuery();
    return this;
  }

  @Override
  public HttpRoute fromIdempotencyKey(String field) {
    reader.takeIdempotencyKey(field);
    return this;
  }

  @Override
  public HttpRoute locatedAt(UnaryOperator<String> location) {
    throw new IllegalStateException(
        "the route to '" + contract.name() + "' answers with no location");
  }

  @Override
  public final void handle(RoutingContext http) {
    CallHeaders headers;
    try {
      headers = CallHeaders.of(http.request(), timeout);
    } catch (RuntimeException e) {
      Problem.of(e).send(http);
      return;
    }
    Future<Buffer> body = hasBody
        ? RequestBody.read(http, maxBody, options.idleTimeout())
        : Future.succeededFuture(Buffer.buffer());
    body.map(bytes -> reader.read(http, bytes, headers.idempotencyKey()))
        .onSuccess(message -> answer(http, message, headers))
        .onFailure(failure -> fail(http, failure));
  }

  /** Has the message handled and answers the request. */
  abstract void answer(RoutingContext http, Q message, CallHeaders headers);

  final int status() {
    return status;
  }

  final void reply(RoutingContext http, int status, Buffer json) {
    if (!http.response().closed()) {
      http.response()
          .setStatusCode(status)
          .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
          .end(json);
    }
  }

  final void fail(RoutingContext http, Throwable failure) {
    problem(failure).send(http);
  }

  final Problem problem(Throwable failure) {
    if (failure instanceof DeclaredFailure declared) {
      Integer own = failures.get(declared.failure().getClass());
      if (own != null) {
        return Problem.of(declared, own);
      }
    }
    return Problem.of(failure);
  }
}
