package io.vertebra.error;

import io.vertx.core.Future;
import java.util.function.Function;

/**
 * A failure that the contract declares: part of the conversation, as typed as the reply. Handlers
 * make one with {@code call.fail(new OutOfStock(sku))}; callers take it apart with
 * {@code .recover(DeclaredFailure.on(OutOfStock.class, f -> ...))}.
 *
 * @see #failure()
 */
public final class DeclaredFailure extends VertebraException {
  private static final long serialVersionUID = 1L;

  private final transient Record failure;

  /** Wraps the record; the handler's side. */
  public DeclaredFailure(Record failure) {
    super(
        ErrorCode.DECLARED,
        "The contract's declared failure " + failure.getClass().getSimpleName() + ".",
        true);
    this.failure = failure;
  }

  /** The declared record. */
  public Record failure() {
    return failure;
  }

  /**
   * A function for {@link Future#recover}: answers with {@code handler} if the failure is of
   * {@code type}, and passes every other failure on.
   */
  public static <F extends Record, T> Function<Throwable, Future<T>> on(
      Class<F> type, Function<? super F, Future<T>> handler) {
    return failure ->
        failure instanceof DeclaredFailure declared && type.isInstance(declared.failure)
            ? handler.apply(type.cast(declared.failure))
            : Future.failedFuture(failure);
  }
}
