package io.vertebra.dispatch;

import io.netty.channel.EventLoop;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The lanes of a node, made when an event loop is first met. Safe for use by any thread. */
public final class Lanes {
  private final Shared<Lane[]> lanes = new Shared<>(new Lane[0]);
  private volatile List<Lane> all = List.of();
  private volatile Set<Lane> stalled = Set.of();

  /** All lanes there are now. */
  public List<Lane> all() {
    Lane[] known = lanes.get();
    if (all.size() != known.length) {
      all = List.of(known);
    }
    return all;
  }

  /** Says which lanes have stood still for long; calls go elsewhere if they can. */
  public void setStalled(Set<Lane> lanes) {
    stalled = Set.copyOf(lanes);
  }

  /** Whether the lane has stood still for long. Costs one read as long as none has. */
  boolean isStalled(Lane lane) {
    Set<Lane> now = stalled;
    return !now.isEmpty() && now.contains(lane);
  }

  /** Whether any lane has stood still for long. */
  boolean isAnyStalled() {
    return !stalled.isEmpty();
  }

  /** The lane of {@code loop}. */
  public Lane of(EventLoop loop) {
    Lane known = find(loop, lanes.get());
    if (known != null) {
      return known;
    }
    lanes.replace(before -> find(loop, before) != null ? before : with(loop, before));
    return of(loop);
  }

  private static @Nullable Lane find(EventLoop loop, Lane[] among) {
    for (Lane lane : among) {
      if (lane.loop() == loop) {
        return lane;
      }
    }
    return null;
  }

  private static Lane[] with(EventLoop loop, Lane[] before) {
    Lane[] after = Arrays.copyOf(before, before.length + 1);
    after[before.length] = new Lane(loop, before.length + 1);
    return after;
  }
}
