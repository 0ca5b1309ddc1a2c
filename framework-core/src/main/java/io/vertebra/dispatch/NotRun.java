package io.vertebra.dispatch;

import io.vertebra.error.VertebraException;

/**
 * Where handlers run did not take a call, or dropped it before its handler began. Unlike other failures
 * of a handler it reaches the caller as it is.
 */
public final class NotRun extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final VertebraException failure;

  /** For the caller to hear {@code failure}. */
  public NotRun(VertebraException failure) {
    super(failure.getMessage(), failure, false, false);
    this.failure = failure;
  }

  /** What the caller hears. */
  public VertebraException failure() {
    return failure;
  }
}
