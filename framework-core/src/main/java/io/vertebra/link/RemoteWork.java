package io.vertebra.link;

import io.vertebra.dispatch.Timed;
import io.vertebra.error.ErrorCode;

/** A request of another node that has not been answered yet. Confined to the link lane. */
public abstract class RemoteWork extends Timed {

  /** For the gate. */
  protected RemoteWork() {}

  /** Nobody waits for the answer any more. True if it has not started and never will. */
  public abstract boolean abandon(ErrorCode why);
}
