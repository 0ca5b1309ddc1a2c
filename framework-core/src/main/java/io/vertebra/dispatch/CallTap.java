package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.error.VertebraException;
import org.jspecify.annotations.Nullable;

/** Sees calls end, while somebody wants to. Called on any lane; it must not hold it up. */
public interface CallTap {

  /**
   * A call that was made here has ended.
   *
   * @param failure null if it ended with a reply
   * @param nanos from its beginning
   */
  void called(
      Request<?, ?> contract,
      Object message,
      Envelope envelope,
      @Nullable VertebraException failure,
      long nanos);

  /**
   * A call that was to be served here has ended.
   *
   * @param failure null if it ended with a reply
   * @param nanos from the start of its handler, 0 if that did not run
   */
  void served(
      Request<?, ?> contract, Envelope envelope, @Nullable VertebraException failure, long nanos);
}
