package io.vertebra.saga;

import java.util.Objects;
import java.util.UUID;

/**
 * Who has decided something, and why; both are written to the history.
 *
 * @param by the person or system that decided
 * @param why the reason, for those who read the history later
 * @param id a decision that is sent again with the same id, for the same step of an instance, counts once
 */
public record Decided(String by, String why, String id) {

  /** Checks that none is null and that somebody is named. */
  public Decided {
    Objects.requireNonNull(why);
    if (by.isBlank() || id.isBlank()) {
      throw new IllegalArgumentException("a decision needs a name and an id");
    }
  }

  /** With a random id. Keep the object to send the same decision again. */
  public static Decided by(String by, String why) {
    return new Decided(by, why, UUID.randomUUID().toString());
  }
}
