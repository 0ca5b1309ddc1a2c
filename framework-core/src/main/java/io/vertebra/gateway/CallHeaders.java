package io.vertebra.gateway;

import io.vertebra.error.GatewayException;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a request say of the call.
 *
 * @param idempotencyKey the value of {@code Idempotency-Key}, or null
 * @param timeout how long the call may take
 */
record CallHeaders(@Nullable String idempotencyKey, Duration timeout) {
  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final String TIMEOUT = "Timeout-Ms";
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");
  private static final Pattern MILLIS = Pattern.compile("[1-9][0-9]{0,8}");

  /** Reads them; a client can only shorten the timeout. */
  static CallHeaders of(HttpServerRequest request, Duration timeout) {
    return new CallHeaders(idempotencyKey(request), timeout(request, timeout));
  }

  /** The key as it is, or without the quotes that a structured header (RFC 8941) has around it. */
  private static @Nullable String idempotencyKey(HttpServerRequest request) {
    String text = single(request, IDEMPOTENCY_KEY);
    if (text == null) {
      return null;
    }
    String key = text.length() > 2 && text.startsWith("\"") && text.endsWith("\"")
        ? text.substring(1, text.length() - 1)
        : text;
    if (!KEY.matcher(key).matches()) {
      throw GatewayException.badRequest(
          "The header Idempotency-Key has to have 1 to 200 characters of ASCII without spaces.");
    }
    return key;
  }

  private static Duration timeout(HttpServerRequest request, Duration longest) {
    String text = single(request, TIMEOUT);
    if (text == null) {
      return longest;
    }
    if (!MILLIS.matcher(text).matches()) {
      throw GatewayException.badRequest(
          "The header Timeout-Ms has to be a number of milliseconds, from 1 to 999999999.");
    }
    Duration asked = Duration.ofMillis(Long.parseLong(text));
    return asked.compareTo(longest) < 0 ? asked : longest;
  }

  private static @Nullable String single(HttpServerRequest request, String name) {
    List<String> values = request.headers().getAll(name);
    if (values.size() > 1) {
      throw GatewayException.badRequest("The header " + name + " is given more than once.");
    }
    return values.isEmpty() ? null : values.get(0).trim();
  }
}
