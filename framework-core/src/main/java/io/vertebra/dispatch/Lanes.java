package io.vertebra.dispatch;

import io.netty.channel.EventLoop;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The lanes of a node, made when an event loop is first met. Safe for use by any thread. */
public final class Lanes {
  private final Shared<Lane[]> lanes = new Shared<>(new Lane[0]);
  private volatile List<DispatchStamp> stamps = List.of();

  /** The stamps of all lanes there are now. */
  public List<DispatchStamp> stamps() {
    Lane[] known = lanes.get();
    if (stamps.size() != known.length) {
      stamps = Arrays.stream(known).map(Lane::stamp).toList();
    }
    return stamps;
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
