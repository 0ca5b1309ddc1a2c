package io.vertebra.messaging;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends calls from outside, for instance when a client disconnects: the calls that were made with it,
 * see {@link CallOptions#withCancellation}, fail with CANCELLED, and what was made of them on any
 * node is told. One may serve several calls. May be used from any thread.
 */
public final class Cancellation {
  private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
  private volatile boolean cancelled;

  private Cancellation() {}

  /** Hears of the end. */
  @FunctionalInterface
  public interface Listener {
    /** Called once, on the thread that cancels. */
    void cancelled();
  }

  /** One that has not been used. */
  public static Cancellation create() {
    return new Cancellation();
  }

  /** Ends the calls made with it, now and from now on. Further calls of this method do nothing. */
  public void cancel() {
    cancelled = true;
    listeners.forEach(this::tell);
  }

  /** Whether {@link #cancel()} was called. */
  public boolean isCancelled() {
    return cancelled;
  }

  /** Lets {@code listener} hear of the end; at once if it has come already. */
  public void add(Listener listener) {
    listeners.add(listener);
    if (cancelled) {
      tell(listener);
    }
  }

  /** Takes {@link #add} back. */
  public void remove(Listener listener) {
    listeners.remove(listener);
  }

  private void tell(Listener listener) {
    if (listeners.remove(listener)) {
      listener.cancelled();
    }
  }
}
