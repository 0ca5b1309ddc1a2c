package io.vertebra.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * The calls that end when their origin ends: the children of a running handler, or the calls of a
 * deployed verticle. Confined to its lane.
 */
public class Scope extends Timed {
  final Lane lane;
  private @Nullable ScopeChild firstChild;
  private volatile boolean cancelled;

  /** An empty scope. */
  public Scope(Lane lane) {
    this.lane = lane;
  }

  /** Whether the origin has ended. */
  public final boolean isCancelled() {
    return cancelled;
  }

  /** From now on no more children are taken. */
  final void markCancelled() {
    cancelled = true;
  }

  /** Ends the scope: its children fail with CANCELLED. Any thread. */
  public final void cancel() {
    cancelled = true;
    lane.run(this::cancelChildren);
  }

  /** The deadline that children inherit, or {@link Long#MAX_VALUE} for none. */
  boolean hasDeadline() {
    return false;
  }

  long deadlineNanos() {
    return 0;
  }

  @Nullable
  Envelope envelope() {
    return null;
  }

  final void add(ScopeChild child) {
    ScopeChild first = firstChild;
    child.nextSibling = first;
    if (first != null) {
      first.previousSibling = child;
    }
    firstChild = child;
  }

  final void remove(ScopeChild child) {
    ScopeChild before = child.previousSibling;
    ScopeChild after = child.nextSibling;
    if (after != null) {
      after.previousSibling = before;
    }
    if (before != null) {
      before.nextSibling = after;
    } else if (firstChild == child) {
      firstChild = after;
    }
    child.previousSibling = null;
    child.nextSibling = null;
  }

  private void cancelChildren() {
    for (ScopeChild child = firstChild; child != null; child = firstChild) {
      remove(child);
      child.cancelFromParent();
    }
  }

  @Override
  protected void onDeadline(long nowNanos) {
    // A plain scope is never armed.
  }
}
