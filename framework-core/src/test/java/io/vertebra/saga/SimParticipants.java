package io.vertebra.saga;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** Idempotent consumers that also cope with compensations that come before their action. */
@NullUnmarked
final class SimParticipants {
  private final SagaWorld world;
  final Map<String, Buffer> bodies = new HashMap<>();
  final Map<String, Object> answers = new HashMap<>();
  final List<String> effects = new ArrayList<>();
  final Set<String> undone = new HashSet<>();

  SimParticipants(SagaWorld world) {
    this.world = world;
  }

  void sent(SagaHost.Order order) {
    world.trace("send " + order.messageId() + order.attempt());
    Buffer before = bodies.putIfAbsent(order.messageId(), order.body());
    if (before != null && !before.equals(order.body())) {
      throw new AssertionError(order.messageId() + " is sent with other bytes");
    }
  }

  /** Makes sure that a command will not run any more; answers false if it has run. */
  boolean block(String id) {
    if (effects.contains(id)) {
      return false;
    }
    undone.add(id);
    return true;
  }

  /** Answers null if the message is refused by the fence: nobody waits for it any more. */
  @Nullable
  Object handle(SagaHost.Order order) {
    String id = order.messageId();
    Object known = answers.get(id);
    if (known != null) {
      return known;
    }
    boolean undo = CommandId.isCompensation(id);
    if (undo) {
      String action = CommandId.actionOf(id);
      undone.add(action);
      if (!effects.contains(action)) {
        world.stats.emptyCompensations++;
      }
    } else if (undone.contains(id)) {
      world.stats.refusedByFence++;
      return null;
    }
    String first = CommandId.firstOf(id);
    String step = first.substring(first.indexOf('.', first.indexOf('-')) + 1);
    Object answer = world.chance(world.faults.refusal() / (undo ? 2 : 1))
        ? new Shop.No(step)
        : new Shop.Done(step);
    if (answer instanceof Shop.Done) {
      effects.add(id);
      world.trace("effect " + id);
    }
    answers.put(id, answer);
    return answer;
  }
}
