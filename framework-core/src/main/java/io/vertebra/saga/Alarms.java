package io.vertebra.saga;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** When to wake which entry; at most one alarm counts per entry, the one set last. */
final class Alarms {
  private final PriorityQueue<Alarm> heap = new PriorityQueue<>();

  /** Sets the alarm of an entry; {@link Long#MAX_VALUE} for none. */
  void set(Entry<?> entry, long at) {
    if (entry.wakeAt != at) {
      entry.wakeAt = at;
      if (at != Long.MAX_VALUE) {
        heap.add(new Alarm(at, entry));
      }
    }
  }

  /** The next entry whose time has come, its alarm now unset; null if there is none. */
  @Nullable
  Entry<?> poll(long now) {
    for (Alarm alarm = heap.peek(); alarm != null && alarm.at <= now; alarm = heap.peek()) {
      heap.poll();
      if (alarm.entry.wakeAt == alarm.at) {
        alarm.entry.wakeAt = Long.MAX_VALUE;
        return alarm.entry;
      }
    }
    return null;
  }

  /** When {@link #poll} may next answer an entry. */
  long next() {
    Alarm first = heap.peek();
    return first == null ? Long.MAX_VALUE : first.at;
  }

  private record Alarm(long at, Entry<?> entry) implements Comparable<Alarm> {
    @Override
    public int compareTo(Alarm other) {
      return Long.compare(at, other.at);
    }
  }
}
