package io.vertebra.dispatch;

import io.netty.channel.EventLoop;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** The lanes of a node, made when an event loop is first met. Safe for use by any thread. */
public final class Lanes {
  private final AtomicReference<Lane[]> lanes = new AtomicReference<>(new Lane[0]);

  /** The lane of {@code loop}. */
  public Lane of(EventLoop loop) {
    while (true) {
      Lane[] known = Objects.requireNonNull(lanes.get());
      for (Lane lane : known) {
        if (lane.loop() == loop) {
          return lane;
        }
      }
      Lane[] grown = Arrays.copyOf(known, known.length + 1);
      grown[known.length] = new Lane(loop, known.length + 1);
      if (lanes.compareAndSet(known, grown)) {
        return grown[known.length];
      }
    }
  }
}
