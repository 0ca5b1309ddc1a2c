package io.vertebra.error;

import java.time.Duration;

/**
 * An HTTP request did not become a call: whoever sent it has to change it. {@link #code()} is one of
 * {@code BAD_REQUEST}, {@code NOT_FOUND}, {@code METHOD_NOT_ALLOWED}, {@code MEDIA_TYPE_UNSUPPORTED},
 * {@code MESSAGE_TOO_LARGE}.
 */
public final class GatewayException extends VertebraException {
  private static final long serialVersionUID = 1L;

  private GatewayException(ErrorCode code, String text) {
    super(code, text, false);
  }

  /** Something in the request contradicts what the route takes; {@code reason} names the part. */
  public static GatewayException badRequest(String reason) {
    return new GatewayException(ErrorCode.BAD_REQUEST, reason);
  }

  /** The body came too slowly. */
  public static GatewayException bodyTooSlow(Duration limit) {
    return new GatewayException(
        ErrorCode.BAD_REQUEST, "The body did not arrive within " + limit.toMillis() + " ms.");
  }

  /** The body is larger than the route takes. */
  public static GatewayException bodyTooLarge(long limit) {
    return new GatewayException(
        ErrorCode.MESSAGE_TOO_LARGE, "The body has more than the " + limit + " bytes taken here.");
  }

  /** No route has the path. */
  public static GatewayException unknownPath() {
    return new GatewayException(ErrorCode.NOT_FOUND, "There is nothing at this path.");
  }

  /** No work has the key. */
  public static GatewayException unknownKey() {
    return new GatewayException(
        ErrorCode.NOT_FOUND,
        "Nothing is known under this key. It was never begun, or ended too long ago.");
  }

  /** The path has no route for the method. */
  public static GatewayException methodNotAllowed(String allowed) {
    return new GatewayException(
        ErrorCode.METHOD_NOT_ALLOWED, "This path takes " + allowed + " only.");
  }

  /** The body is not JSON, or is compressed. */
  public static GatewayException mediaTypeUnsupported() {
    return new GatewayException(
        ErrorCode.MEDIA_TYPE_UNSUPPORTED,
        "A body has to be JSON that is not compressed, and to say so: Content-Type: application/json.");
  }
}
