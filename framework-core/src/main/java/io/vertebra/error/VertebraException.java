package io.vertebra.error;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The root of all failures that the framework reports. Each subclass is one decision that a caller
 * can take; {@link #code()} says precisely what happened.
 *
 * <p>Its message has the form {@code [VTB-2001] what happened. What it means or what to do.} and
 * never contains the contents of a message.
 */
public abstract class VertebraException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final boolean mayHaveRun;

  /** A failure that is no bug of this process, so it has no stack trace. */
  protected VertebraException(ErrorCode code, String text, boolean mayHaveRun) {
    super("[" + code.id() + "] " + text, null, false, false);
    this.code = code;
    this.mayHaveRun = mayHaveRun;
  }

  /** A failure that somebody has to find in the code: with a cause and a stack trace. */
  protected VertebraException(ErrorCode code, String text, @Nullable Throwable cause) {
    super("[" + code.id() + "] " + text, cause);
    this.code = code;
    this.mayHaveRun = code.mayHaveRun();
  }

  /** {@code [VTB-2001] what happened. What it means or what to do.} */
  @Override
  public final String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  /** What happened. */
  public final ErrorCode code() {
    return code;
  }

  /** Whether the same call can succeed a little later without anyone changing anything. */
  public final boolean isRetryable() {
    return code.isRetryable();
  }

  /** Whether the handler may have run. False is a promise: it has not and will not. */
  public final boolean mayHaveRun() {
    return mayHaveRun;
  }
}
