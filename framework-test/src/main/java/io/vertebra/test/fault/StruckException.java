package io.vertebra.test.fault;

/** What an operation fails with that a fault has struck. Has no stack trace: the test is to blame. */
final class StruckException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StruckException(String what) {
    super("a fault of the test: " + what, null, false, false);
  }
}
