package io.vertebra.dispatch;

import io.vertebra.error.VertebraException;

/**
 * Where handlers run did not take a call, or dropped it before its handler began. Unlike other failures
 * of a handler it reaches the caller as it is.
 */
public final class NotRun extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final VertebraException failure;
  private final String reason;

  /** For the caller to hear {@code failure}; {@code reason} is for meters. */
  public NotRun(VertebraException failure, String reason) {
    super(failure.getMessage(), failure, false, false);
    this.failure = failure;
    this.reason = reason;
  }

  /** What the caller hears. */
  public VertebraException failure() {
    return failure;
  }

  /** One of a few fixed words. */
  String reason() {
    return reason;
  }
}
