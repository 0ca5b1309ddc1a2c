package io.vertebra.gateway;

import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * How one contract is exposed; set while {@link GatewayVerticle#routes} runs. A setting that cannot
 * work is refused with an {@link IllegalArgumentException} there.
 */
public interface HttpRoute {

  /**
   * How long the call may take; default {@link GatewayOptions#timeout()}. A client asks for less
   * with the header {@code Timeout-Ms}.
   */
  HttpRoute within(Duration timeout);

  /** Bytes that the body may have; default {@link GatewayOptions#maxBody()}. */
  HttpRoute limitedTo(int bytes);

  /** The status of the reply; default 200, or 202 if the work goes on after it. */
  HttpRoute answering(int status);

  /** The status for a failure that the contract declares; default 422. */
  HttpRoute failingWith(Class<? extends Record> failure, int status);

  /**
   * Takes fields of the message from the query parameters of the same name, too. Routes for GET and
   * DELETE do without being told.
   */
  HttpRoute fromQuery();

  /**
   * Takes a field of the message from the header {@code Idempotency-Key}: for contracts that are
   * idempotent by this field, where the body need not hold it.
   */
  HttpRoute fromIdempotencyKey(String field);

  /**
   * What {@code Location} says of work that goes on after the reply, made of its key in the form
   * for URLs; default the path of the request, a slash and the key.
   *
   * @throws IllegalStateException if the route does not answer with a location
   */
  HttpRoute locatedAt(UnaryOperator<String> location);
}
