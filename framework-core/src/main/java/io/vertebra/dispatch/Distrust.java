package io.vertebra.dispatch;

import io.vertebra.messaging.GuardEvent;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Tells of what other nodes sent that no node of this kind sends: it was clamped or refused, is counted
 * as {@link GuardEvent.Kind#DISTRUSTED}, and logged once a minute for each node and reason. However
 * many nodes come and go, no more than 1,000 are told apart. Any thread.
 */
public final class Distrust {
  static final String OTHERS = "other-nodes";
  private static final int MOST_NODES = 1_000;

  private final GuardLog guard;
  private final Warnings warnings;
  private final Set<String> nodes = ConcurrentHashMap.newKeySet();

  Distrust(GuardLog guard, Warnings warnings) {
    this.guard = guard;
    this.warnings = warnings;
  }

  /**
   * Something was clamped or refused.
   *
   * @param reason one of a few fixed words
   * @param detail what it was and what became of it, for people
   */
  public void report(String node, String reason, Supplier<String> detail) {
    String name = nameOf(node);
    guard.count(GuardEvent.Kind.DISTRUSTED, name, reason, detail);
    warnings.distrusted(name, reason, detail);
  }

  private String nameOf(String node) {
    if (nodes.contains(node)) {
      return node;
    }
    if (nodes.size() >= MOST_NODES) {
      return OTHERS;
    }
    nodes.add(node);
    return node;
  }
}
