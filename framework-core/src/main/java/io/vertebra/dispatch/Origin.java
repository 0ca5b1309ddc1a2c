package io.vertebra.dispatch;

import io.vertebra.error.VertebraException;

/**
 * Where a served call came from and where its outcome goes. Exactly one of the two methods is
 * called, once, on the lane of the instance or on the control lane.
 *
 * @param <R> the reply
 */
public interface Origin<R> {

  /** The handler replied. */
  void replied(ServedCall<?, R> call, R reply);

  /** The call ended without a reply. */
  void failed(ServedCall<?, R> call, VertebraException failure);
}
