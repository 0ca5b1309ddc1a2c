package io.vertebra.messaging;

import io.vertebra.error.VertebraException;
import java.util.List;

/**
 * What came of gathering.
 *
 * @param replies in order of arrival
 * @param failures of the instances that failed; those cancelled because they were not needed are not among them
 * @param asked how many instances were asked
 * @param <R> the reply
 */
public record Gathered<R>(List<R> replies, List<VertebraException> failures, int asked) {

  /** Copies the lists. */
  public Gathered {
    replies = List.copyOf(replies);
    failures = List.copyOf(failures);
  }

  /** Whether every instance that was asked has replied. */
  public boolean isComplete() {
    return replies.size() == asked;
  }
}
