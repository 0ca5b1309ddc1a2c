package io.vertebra.gateway;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Who wants to know when something changes, by key. May be used from any thread. */
final class Watchers {
  private final Map<String, Map<Object, Runnable>> byKey = new ConcurrentHashMap<>();

  /** Answers what takes the action back. */
  Runnable add(String key, Runnable action) {
    Object ticket = new Object();
    byKey.compute(key, (k, before) -> {
      Map<Object, Runnable> all = before == null ? new ConcurrentHashMap<>() : before;
      all.put(ticket, action);
      return all;
    });
    return () -> byKey.computeIfPresent(key, (k, all) -> {
      all.remove(ticket);
      return all.isEmpty() ? null : all;
    });
  }

  void changed(String key) {
    Map<Object, Runnable> all = byKey.get(key);
    if (all != null) {
      all.values().forEach(Runnable::run);
    }
  }
}
