package io.vertebra.dispatch;

import org.jspecify.annotations.Nullable;

/** A call that ends when its origin ends; in at most one {@link Scope}. Confined to the lane of that. */
abstract class ScopeChild extends Timed {
  @Nullable
  ScopeChild previousSibling;

  @Nullable
  ScopeChild nextSibling;

  /** The origin has ended, and has let go of this. */
  abstract void cancelFromParent();
}
