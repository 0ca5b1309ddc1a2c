package io.vertebra.saga;

import io.vertebra.error.SagaException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The definitions an owner has, and the instances it met that it has none for. */
final class Definitions {
  private final Map<String, SagaMachine<?>> byHash = new HashMap<>();
  private final Set<String> stalled = new HashSet<>();

  /** Adds a definition. Fails if another one has its name and version. */
  void add(SagaMachine<?> machine) {
    Saga<?> saga = machine.saga();
    for (SagaMachine<?> other : byHash.values()) {
      boolean same = other.saga().toString().equals(saga.toString());
      if (same && !other.saga().hash().equals(saga.hash())) {
        throw SagaException.invalid(
            saga.name(), "two definitions of version " + saga.version() + " differ");
      }
    }
    byHash.put(saga.hash(), machine);
  }

  @Nullable
  SagaMachine<?> find(String hash) {
    return byHash.get(hash);
  }

  /** Remembers that an instance cannot be run here; answers whether that is news. */
  boolean stall(String instance) {
    return stalled.add(instance);
  }

  /** How many instances cannot be run here: the log keeps offering them, before others. */
  int stalled() {
    return stalled.size();
  }

  /** Other instances are offered from now on. */
  void forgetStalled() {
    stalled.clear();
  }
}
