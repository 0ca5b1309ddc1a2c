package io.vertebra.dispatch;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The calls of each key on one instance: one runs, the others wait in line. Confined to the instance's lane. */
final class KeyLines {
  private final Map<String, Line> lines = new HashMap<>();

  private static final class Line {
    final Queue<ServedCall<?, ?>> waiting = new ArrayDeque<>(2);
    ServedCall<?, ?> running;

    Line(ServedCall<?, ?> first) {
      this.running = first;
    }
  }

  /** Whether nothing of the call's key runs, so that the call may; otherwise it waits in line. */
  boolean enter(ServedCall<?, ?> call, String key) {
    Line line = lines.get(key);
    if (line == null) {
      lines.put(key, new Line(call));
      return true;
    }
    line.waiting.add(call);
    return false;
  }

  /** Whether the call waited in line, which it does no more. */
  boolean leave(ServedCall<?, ?> call, String key) {
    Line line = lines.get(key);
    return line != null && line.waiting.remove(call);
  }

  /** The call that runs has ended; answers the next of its key, or null. */
  @Nullable
  ServedCall<?, ?> following(String key) {
    Line line = lines.get(key);
    ServedCall<?, ?> following = line == null ? null : line.waiting.poll();
    if (line == null || following == null) {
      lines.remove(key);
    } else {
      line.running = following;
    }
    return following;
  }

  /** Adds the keys of calls that run or wait, but for lost ones, of which nobody knows that they ever end. */
  void addBusyTo(Collection<String> keys) {
    lines.forEach((key, line) -> {
      if (!line.running.isLost() || !line.waiting.isEmpty()) {
        keys.add(key);
      }
    });
  }
}
