package io.vertebra.gateway;

import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.error.GatewayException;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A route that begins work, answers where to look for it, and tells there how far it is. */
final class AcceptRoute<Q, R> extends ContractRoute<Q, R> {
  private static final int ACCEPTED = 202;
  private static final int DONE = 200;
  private static final int LONGEST_KEY = 200;
  static final String KEY = "key";

  private final Progress<Q, R> progress;
  private final EventFeeds feeds;
  private @Nullable UnaryOperator<String> location;

  AcceptRoute(
      Request<Q, R> contract,
      MessageReader<Q> reader,
      GatewayOptions options,
      Progress<Q, R> progress,
      EventFeeds feeds) {
    super(contract, reader, options, true, ACCEPTED);
    this.progress = progress;
    this.feeds = feeds;
  }

  @Override
  public HttpRoute locatedAt(UnaryOperator<String> location) {
    this.location = location;
    return this;
  }

  /** Begins the work. A client that goes away does not stop it. */
  @Override
  void answer(RoutingContext http, Q message, CallHeaders headers) {
    limited(http, begin(message), headers.timeout())
        .onSuccess(state -> {
          String where = locate(http, state.key());
          http.response().putHeader(HttpHeaders.LOCATION, where);
          JsonObject json = describe(state).put("location", where);
          reply(http, status(), json.toBuffer());
        })
        .onFailure(failure -> fail(http, failure));
  }

  private Future<Progress.State<R>> begin(Q message) {
    try {
      return progress.begin(message);
    } catch (RuntimeException unfit) {
      return Future.failedFuture(unfit);
    }
  }

  private Future<Progress.State<R>> limited(
      RoutingContext http, Future<Progress.State<R>> begun, Duration timeout) {
    return here(http, begun)
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .recover(failure -> Future.failedFuture(
            failure instanceof TimeoutException
                ? CallException.deadlineExceeded(contract.name(), timeout, true)
                : failure));
  }

  /** Progress may complete its futures anywhere; requests are answered on their own context. */
  private static <T> Future<T> here(RoutingContext http, Future<T> future) {
    Promise<T> promise = ((VertxInternal) http.vertx()).promise();
    future.onComplete(promise);
    return promise.future();
  }

  private String locate(RoutingContext http, String key) {
    String encoded = URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
    if (location != null) {
      return location.apply(encoded);
    }
    String path = http.normalizedPath();
    return (path.endsWith("/") ? path : path + "/") + encoded;
  }

  /** How far the work is, and what came of it. */
  void tell(RoutingContext http) {
    String key = http.pathParam(KEY);
    find(http, key)
        .onSuccess(found -> {
          if (found.isEmpty()) {
            fail(http, GatewayException.unknownKey());
            return;
          }
          Progress.State<R> state = found.get();
          http.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
          if (!state.isFinal()) {
            http.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
          }
          reply(http, state.isFinal() ? DONE : ACCEPTED, document(state));
        })
        .onFailure(failure -> fail(http, failure));
  }

  /** The steps of the work, until it ends. */
  void stream(RoutingContext http) {
    long after;
    try {
      after = EventFeed.lastEventId(http.request());
    } catch (GatewayException e) {
      fail(http, e);
      return;
    }
    String key = http.pathParam(KEY);
    find(http, key)
        .onSuccess(found -> {
          if (found.isEmpty()) {
            fail(http, GatewayException.unknownKey());
          } else {
            feeds.open(http, new EventFeed.Source<>(progress, key, this::document), after);
          }
        })
        .onFailure(failure -> fail(http, failure));
  }

  private Future<Optional<Progress.State<R>>> find(RoutingContext http, String key) {
    if (key.length() > LONGEST_KEY) {
      return Future.succeededFuture(Optional.empty());
    }
    try {
      return here(http, progress.find(key));
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  /** The state as clients see it, with the outcome if there is one. */
  private Buffer document(Progress.State<R> state) {
    JsonObject json = describe(state);
    R outcome = state.outcome();
    if (outcome != null) {
      return with(json, "outcome", Format.JSON.encode(contract.replyType(), outcome));
    }
    Throwable failure = state.failure();
    return failure == null
        ? json.toBuffer()
        : with(json, "problem", problem(failure).toBuffer());
  }

  private static JsonObject describe(Progress.State<?> state) {
    return new JsonObject()
        .put("key", state.key())
        .put("status", state.status())
        .put("final", state.isFinal());
  }

  private static Buffer with(JsonObject json, String field, Buffer value) {
    Buffer document = json.toBuffer();
    return document
        .getBuffer(0, document.length() - 1)
        .appendString(",\"" + field + "\":")
        .appendBuffer(value)
        .appendString("}");
  }
}
