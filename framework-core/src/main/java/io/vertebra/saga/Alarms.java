package io.vertebra.saga;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * When to wake which entry; at most one alarm per entry, the one set last. A binary heap in which each
 * entry knows its place, so that an alarm that is taken back leaves nothing behind: one may be set for
 * days, and its saga be over in a moment.
 */
final class Alarms {
  private static final int NONE = -1;

  private Entry<?>[] heap = new Entry<?>[16];
  private int size;

  /** Sets the alarm of an entry; {@link Long#MAX_VALUE} for none. */
  void set(Entry<?> entry, long at) {
    entry.wakeAt = at;
    if (at == Long.MAX_VALUE) {
      remove(entry);
    } else if (entry.alarm == NONE) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, 2 * size);
      }
      rise(entry, size++);
    } else {
      settle(entry, entry.alarm);
    }
  }

  /** The next entry whose time has come, its alarm now unset; null if there is none. */
  @Nullable
  Entry<?> poll(long now) {
    if (next() > now || size == 0) {
      return null;
    }
    Entry<?> first = heap[0];
    set(first, Long.MAX_VALUE);
    return first;
  }

  /** When {@link #poll} will next answer an entry. */
  long next() {
    return size == 0 ? Long.MAX_VALUE : heap[0].wakeAt;
  }

  /** How many are set. */
  int size() {
    return size;
  }

  private void remove(Entry<?> entry) {
    int hole = entry.alarm;
    if (hole == NONE) {
      return;
    }
    entry.alarm = NONE;
    Entry<?> last = heap[--size];
    clear(size);
    if (last != entry) {
      settle(last, hole);
    }
  }

  @SuppressWarnings("NullAway") // nobody looks behind the last one
  private void clear(int place) {
    heap[place] = null;
  }

  private void settle(Entry<?> entry, int place) {
    rise(entry, place);
    sink(entry, entry.alarm);
  }

  private void rise(Entry<?> entry, int from) {
    int place = from;
    while (place > 0 && heap[(place - 1) / 2].wakeAt > entry.wakeAt) {
      put(heap[(place - 1) / 2], place);
      place = (place - 1) / 2;
    }
    put(entry, place);
  }

  private void sink(Entry<?> entry, int from) {
    int place = from;
    for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
      if (child + 1 < size && heap[child + 1].wakeAt < heap[child].wakeAt) {
        child++;
      }
      if (heap[child].wakeAt >= entry.wakeAt) {
        break;
      }
      put(heap[child], place);
      place = child;
    }
    put(entry, place);
  }

  private void put(Entry<?> entry, int place) {
    heap[place] = entry;
    entry.alarm = place;
  }
}
