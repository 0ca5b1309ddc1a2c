package io.vertebra.gateway;

import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.VertebraException;
import io.vertebra.wire.Format;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told of a failure, as RFC 9457 wants it. Only what the client can act on: failures
 * of the inside are told by their code.
 */
final class Problem {
  private static final Logger LOG = LoggerFactory.getLogger(Problem.class);
  private static final int NOT_FOUND = 404;
  private static final int DECLARED = 422;
  private static final int INTERNAL = 500;
  private static final int UNAVAILABLE = 503;
  private static final Duration SOON = Duration.ofSeconds(1);

  private final int status;
  private final ErrorCode code;
  private final String title;
  private final String detail;
  private final @Nullable Duration retryAfter;
  private final @Nullable Record declared;

  private Problem(int status, VertebraException failure) {
    this.status = status;
    this.code = failure.code();
    this.declared = failure instanceof DeclaredFailure carrier ? carrier.failure() : null;
    this.title = declared != null ? declared.getClass().getSimpleName() : title(code);
    this.detail = detail(failure);
    this.retryAfter = failure instanceof OverloadedException overloaded
        ? overloaded.retryAfter()
        : status == UNAVAILABLE || code == ErrorCode.STILL_RUNNING ? SOON : null;
  }

  private Problem(int status, ErrorCode code, String detail) {
    this.status = status;
    this.code = code;
    this.title = title(code);
    this.detail = detail;
    this.retryAfter = null;
    this.declared = null;
  }

  /** The problem that a failure is. */
  static Problem of(Throwable failure) {
    if (failure instanceof VertebraException known) {
      return new Problem(status(known), known);
    }
    if (failure instanceof HttpException refused
        && refused.getStatusCode() >= 400
        && refused.getStatusCode() < INTERNAL) {
      return of(refused.getStatusCode());
    }
    LOG.error("A route of the gateway failed", failure);
    return of(INTERNAL);
  }

  /** The problem that a failure is, with a status of its own. */
  static Problem of(VertebraException failure, int status) {
    return new Problem(status, failure);
  }

  /** The problem that a bare status is. */
  static Problem of(int status) {
    if (status == NOT_FOUND) {
      return new Problem(status, ErrorCode.NOT_FOUND, "There is nothing at this path.");
    }
    return status < INTERNAL
        ? new Problem(
            status, ErrorCode.BAD_REQUEST, "The request is not valid HTTP for this route.")
        : new Problem(status, ErrorCode.HANDLER_FAILED, "The request failed.");
  }

  int status() {
    return status;
  }

  /** Answers with the problem, unless the answer has begun or nobody waits for it. */
  void send(RoutingContext http) {
    HttpServerResponse response = http.response();
    if (response.headWritten() || response.closed()) {
      return;
    }
    if (retryAfter != null) {
      long seconds = Math.max(1, (retryAfter.toMillis() + 999) / 1000);
      response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
    }
    response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(toBuffer());
  }

  /** The document. The fields of a declared failure go in as the contract writes them. */
  Buffer toBuffer() {
    JsonObject json = new JsonObject()
        .put("type", "urn:vertebra:" + code.id())
        .put("title", title)
        .put("status", status)
        .put("detail", detail)
        .put("code", code.id());
    if (declared == null) {
      return json.toBuffer();
    }
    json.put("failure", title);
    Buffer document = json.toBuffer();
    return document
        .getBuffer(0, document.length() - 1)
        .appendString(",\"fields\":")
        .appendBuffer(encode(declared))
        .appendString("}");
  }

  private static <F extends Record> Buffer encode(F failure) {
    @SuppressWarnings("unchecked")
    Class<F> type = (Class<F>) failure.getClass();
    return Format.JSON.encode(type, failure);
  }

  private static int status(VertebraException failure) {
    return switch (failure.code()) {
      case BAD_REQUEST, MESSAGE_INVALID -> 400;
      case FORBIDDEN -> 403;
      case NOT_FOUND -> NOT_FOUND;
      case METHOD_NOT_ALLOWED -> 405;
      case CONFLICT, STILL_RUNNING, STEP_COMPENSATED -> 409;
      case MESSAGE_TOO_LARGE, SAGA_TOO_LARGE -> 413;
      case MEDIA_TYPE_UNSUPPORTED -> 415;
      case DECLARED -> DECLARED;
      case DEADLINE_EXCEEDED -> 504;
      case NOT_SERVED,
          OVERLOADED,
          DRAINING,
          NODE_CLOSED,
          STORE_UNAVAILABLE,
          OUTCOME_UNKNOWN,
          SAGA_FENCED,
          SAGA_LOG_UNAVAILABLE -> UNAVAILABLE;
      case CANCELLED, PEER_GONE -> failure.mayHaveRun() ? INTERNAL : UNAVAILABLE;
      default -> INTERNAL;
    };
  }

  private static String title(ErrorCode code) {
    String words = code.name().replace('_', ' ');
    return words.charAt(0) + words.substring(1).toLowerCase(java.util.Locale.ROOT);
  }

  private static String detail(VertebraException failure) {
    return switch (failure.code()) {
      case BAD_REQUEST,
          NOT_FOUND,
          METHOD_NOT_ALLOWED,
          MEDIA_TYPE_UNSUPPORTED,
          MESSAGE_TOO_LARGE,
          MESSAGE_INVALID -> withoutCode(failure);
      case DECLARED -> "The request was understood and declined.";
      case FORBIDDEN -> "This caller may not do that.";
      case CONFLICT ->
        "The idempotency key was used before with another message. Use a new key for a new intent.";
      case STILL_RUNNING -> "The first request with this idempotency key is still running.";
      case NOT_SERVED -> "No service takes this request now. It was not carried out.";
      case OVERLOADED -> "The service has no capacity left. The request was not carried out.";
      case DEADLINE_EXCEEDED -> "The service did not answer in time. " + mayHaveRun(failure);
      case SAGA_FENCED, SAGA_LOG_UNAVAILABLE ->
        "The work may have begun. Send it again: work of one key begins once.";
      case SAGA_COMPENSATED -> "The work was undone. Nothing of it is in effect.";
      case SAGA_TOO_LARGE ->
        "The request needs more space than is allowed. It was not carried out.";
      case SAGA_NEEDS_OPERATOR -> "The work is stuck and waits for an operator.";
      default -> "The request failed. " + mayHaveRun(failure);
    };
  }

  private static String mayHaveRun(VertebraException failure) {
    return failure.mayHaveRun()
        ? "It may have been carried out: repeat it only if that does no harm."
        : "It was not carried out.";
  }

  private static String withoutCode(VertebraException failure) {
    String message = failure.getMessage();
    String prefix = "[" + failure.code().id() + "] ";
    return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
  }
}
