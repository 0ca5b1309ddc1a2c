package io.vertebra.dispatch;

import io.vertebra.messaging.GuardEvent;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Counts what the guard does, by kind, contract and reason, and tells whoever listens. Contracts and
 * reasons are few, so counting costs two lookups and no allocation. Safe for use by any thread.
 */
public final class GuardLog {
  private final Map<GuardEvent.Kind, Map<String, Map<String, LongAdder>>> counts =
      new EnumMap<>(GuardEvent.Kind.class);
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final List<Counted> countedListeners = new CopyOnWriteArrayList<>();

  GuardLog() {
    for (GuardEvent.Kind kind : GuardEvent.Kind.values()) {
      counts.put(kind, new ConcurrentHashMap<>());
    }
  }

  /** Hears each event, on the thread where it happens, which it must not hold up. */
  @FunctionalInterface
  public interface Listener {
    /** The guard did something. */
    void happened(GuardEvent event);
  }

  /** Hears of each combination that occurs for the first time. */
  @FunctionalInterface
  public interface Counted {
    /** It is counted from now on. */
    void counted(GuardEvent.Kind kind, String contract, String reason);
  }

  /** Counts one event without details. */
  public void count(GuardEvent.Kind kind, String contract, String reason) {
    count(kind, contract, reason, () -> "");
  }

  /** Counts one event; {@code detail} is only asked for while somebody listens. */
  public void count(GuardEvent.Kind kind, String contract, String reason, Supplier<String> detail) {
    counter(kind, contract, reason).increment();
    if (!listeners.isEmpty()) {
      GuardEvent event = new GuardEvent(kind, contract, reason, detail.get(), 0);
      for (Listener listener : listeners) {
        listener.happened(event);
      }
    }
  }

  private LongAdder counter(GuardEvent.Kind kind, String contract, String reason) {
    Map<String, Map<String, LongAdder>> ofKind = Objects.requireNonNull(counts.get(kind));
    Map<String, LongAdder> ofContract = ofKind.get(contract);
    if (ofContract == null) {
      ofContract = ofKind.computeIfAbsent(contract, fresh -> new ConcurrentHashMap<>());
    }
    LongAdder known = ofContract.get(reason);
    if (known != null) {
      return known;
    }
    LongAdder made = new LongAdder();
    LongAdder raced = ofContract.putIfAbsent(reason, made);
    if (raced != null) {
      return raced;
    }
    countedListeners.forEach(listener -> listener.counted(kind, contract, reason));
    return made;
  }

  /** Adds a listener; the answer takes it off again. */
  public Runnable listen(Listener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Tells of each combination that is counted already and of each new one; a few may be told twice. */
  public void onCounted(Counted listener) {
    countedListeners.add(listener);
    counts.forEach((kind, contracts) -> contracts.forEach((contract, reasons) ->
        reasons.keySet().forEach(reason -> listener.counted(kind, contract, reason))));
  }

  /** How often it has happened. */
  public long counted(GuardEvent.Kind kind, String contract, String reason) {
    Map<String, LongAdder> ofContract = Objects.requireNonNull(counts.get(kind)).get(contract);
    LongAdder known = ofContract == null ? null : ofContract.get(reason);
    return known == null ? 0 : known.sum();
  }
}
