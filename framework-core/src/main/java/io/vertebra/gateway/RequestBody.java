package io.vertebra.gateway;

import io.vertebra.error.GatewayException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the body of one request, as long as it stays within its limits of size and time. */
final class RequestBody {
  /** What is still taken in after an answer came early, so that the client gets to read it. */
  private static final int MOST_DISCARDED = 4 * 1024 * 1024;

  private static final long LONGEST_DISCARDING = 2_000;

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final Promise<Buffer> promise = Promise.promise();
  private final int limit;
  private Buffer body = Buffer.buffer();
  private long discarded;

  private RequestBody(Vertx vertx, HttpServerRequest request, int limit) {
    this.vertx = vertx;
    this.request = request;
    this.limit = limit;
  }

  /**
   * Completes with the body, empty if there is none. Fails with a {@link GatewayException} that tells
   * the client what is wrong with it.
   */
  static Future<Buffer> read(RoutingContext http, int limit, Duration time) {
    if (http.body() != null && http.body().available()) {
      return read(http, http.body().buffer(), limit);
    }
    return new RequestBody(http.vertx(), http.request(), limit).read(time);
  }

  /** Somebody before has read it. */
  private static Future<Buffer> read(RoutingContext http, @Nullable Buffer read, int limit) {
    if (read == null) {
      return Future.succeededFuture(Buffer.buffer());
    }
    if (read.length() > limit) {
      return Future.failedFuture(GatewayException.bodyTooLarge(limit));
    }
    return read.length() == 0 || isJson(http.request())
        ? Future.succeededFuture(read)
        : Future.failedFuture(GatewayException.mediaTypeUnsupported());
  }

  private Future<Buffer> read(Duration time) {
    long timer = vertx.setTimer(time.toMillis(), id -> refuse(GatewayException.bodyTooSlow(time)));
    request.handler(this::add);
    request.endHandler(end -> promise.tryComplete(body));
    request.exceptionHandler(
        gone -> promise.tryFail(GatewayException.badRequest("The body ended early.")));
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (hasBody(declared) && !isJson(request)) {
      refuse(GatewayException.mediaTypeUnsupported());
    } else if (declared != null && isMoreThan(declared, limit)) {
      refuse(GatewayException.bodyTooLarge(limit));
    } else if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      request.response().writeContinue();
    }
    return promise.future().onComplete(read -> vertx.cancelTimer(timer));
  }

  private void add(Buffer part) {
    if (promise.future().isComplete()) {
      discarded += part.length();
      if (discarded > MOST_DISCARDED) {
        hangUp();
      }
    } else if (body.length() + (long) part.length() > limit) {
      refuse(GatewayException.bodyTooLarge(limit));
    } else {
      body.appendBuffer(part);
    }
  }

  /** What is refused may go on coming for a little while, so that the client gets to read why. */
  private void refuse(GatewayException why) {
    body = Buffer.buffer();
    if (promise.tryFail(why)) {
      vertx.setTimer(LONGEST_DISCARDING, id -> {
        if (!request.isEnded()) {
          hangUp();
        }
      });
    }
  }

  private void hangUp() {
    if (request.version() == HttpVersion.HTTP_2) {
      request.response().reset();
    } else {
      request.connection().close();
    }
  }

  private boolean hasBody(@Nullable String declaredLength) {
    return declaredLength == null
        ? request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null
        : !declaredLength.equals("0");
  }

  private static boolean isMoreThan(String declared, int limit) {
    try {
      return Long.parseLong(declared.trim()) > limit;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean isJson(HttpServerRequest request) {
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      return false;
    }
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null) {
      return false;
    }
    int parameters = type.indexOf(';');
    String name =
        (parameters < 0 ? type : type.substring(0, parameters)).trim().toLowerCase(Locale.ROOT);
    return name.equals("application/json")
        || (name.startsWith("application/") && name.endsWith("+json"));
  }
}
