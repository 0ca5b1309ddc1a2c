package io.vertebra.limit;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What flows owe that have no work just now. A flow that has one piece of work at a time would pay
 * nothing otherwise. What it could have used while it was away is forgiven, and all of it after 10 s;
 * beyond 1,000 flows the oldest debt is. Belongs to the queue.
 */
final class CpuDebts {
  static final int MOST = 1_000;
  static final long KEPT = 10_000_000_000L;

  private final Map<CpuFlow.Key, Debt> debts = new LinkedHashMap<>();

  private record Debt(long deficit, long progress, long since) {}

  /** The flow has no work any more. */
  void keep(CpuFlow.Key key, long deficit, long progress, long now) {
    if (deficit >= 0) {
      return;
    }
    Iterator<Debt> oldest = debts.values().iterator();
    while (oldest.hasNext() && (now - oldest.next().since >= KEPT || debts.size() >= MOST)) {
      oldest.remove();
    }
    debts.put(key, new Debt(deficit, progress, now));
  }

  /** The flow has work again: what it may use, which is nothing, or less if it owes. */
  long takeUp(CpuFlow.Key key, long progress, long now) {
    Debt debt = debts.remove(key);
    return debt == null || now - debt.since >= KEPT
        ? 0
        : Math.min(0, debt.deficit + (progress - debt.progress));
  }

  int size() {
    return debts.size();
  }
}
