package io.vertebra.saga;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * Those who send signals: the world in which the events happen, customers who cancel, and an operator
 * who looks now and then whether an instance is stuck. What they send may arrive twice, and they send
 * again what they have no answer for.
 */
@NullUnmarked
final class SimOutsiders {
  private static final List<String> EVENTS = List.of("paid", "approved", "delivered");
  private static final int LOOKS = 12;

  private final SagaWorld world;
  private final SagaMachine<Shop.State> machine;
  private int ids;

  SimOutsiders(SagaWorld world) {
    this.world = world;
    this.machine = new SagaMachine<>(world.saga, SagaWorld.CODEC, () -> 0.5, MachineDriver.LIMITS);
  }

  void watch(String key) {
    for (String event : EVENTS) {
      if (world.saga == Shop.FULFIL && world.random.nextInt(10) > 0) {
        continue;
      }
      int copies = world.random.nextInt(8) == 0 ? 2 : world.random.nextInt(10) == 0 ? 0 : 1;
      for (int i = 0; i < copies; i++) {
        long when = world.random.nextInt(event.equals("delivered") ? 3_500 : 1_500);
        Buffer body = SagaWorld.CODEC.encode(Shop.Happened.class, new Shop.Happened(event));
        world.travel(when, () -> send(key, SagaLog.SignalKind.EVENT, event, body));
      }
    }
    if (world.random.nextInt(5) == 0) {
      long when = world.random.nextInt(2_500);
      world.travel(when, () -> send(key, SagaLog.SignalKind.CANCEL, "", Buffer.buffer()));
    }
    boolean isCareless = world.random.nextInt(8) == 0;
    if (isCareless) {
      String step = world.saga.steps().get(world.random.nextInt(5)).name();
      long when = world.random.nextInt(2_500);
      world.travel(when, () -> send(key, SagaLog.SignalKind.SKIP, step, Buffer.buffer()));
    }
    boolean isOnDuty = world.random.nextInt(4) > 0;
    if (isOnDuty) {
      world.travel(500, () -> look(key, LOOKS));
    }
  }

  private void look(String key, int looks) {
    SagaLog.Row row = world.row(key);
    if (row != null && row.status() == SagaStatus.NEEDS_OPERATOR) {
      Instance<Shop.State> instance = machine.read(row, world.now());
      decide(key, instance, machine.stuck(instance).get(0));
    }
    if (looks > 0) {
      world.travel(400 + world.random.nextInt(400), () -> look(key, looks - 1));
    }
  }

  private void decide(String key, Instance<Shop.State> instance, StepDefinition<Shop.State> step) {
    Pending last = instance.findFor(step.index());
    switch (world.random.nextInt(4)) {
      case 0 -> send(key, SagaLog.SignalKind.SKIP, step.name(), Buffer.buffer());
      case 1 -> {
        boolean undo = instance.isUndo(step.index());
        if (undo || last == null || world.participants.block(last.messageId())) {
          Buffer body = input(instance, step);
          send(key, SagaLog.SignalKind.EDIT, step.name(), body);
        }
      }
      default -> send(key, SagaLog.SignalKind.RETRY, step.name(), Buffer.buffer());
    }
  }

  private Buffer input(Instance<Shop.State> instance, StepDefinition<Shop.State> step) {
    Class<?> type = machine.actionOf(instance, step).inputType();
    return type == Shop.Happened.class
        ? SagaWorld.CODEC.encode(Shop.Happened.class, new Shop.Happened(step.name()))
        : SagaWorld.CODEC.encode(Shop.Do.class, new Shop.Do(instance.key(), "edited", ""));
  }

  private void send(String key, SagaLog.SignalKind kind, String name, Buffer body) {
    String id = kind == SagaLog.SignalKind.CANCEL ? "cancel" : kind + "-" + ids++;
    send(new SagaLog.Signal(world.saga.name(), key, id, kind, name, body, "somebody", id));
  }

  private void send(SagaLog.Signal signal) {
    int copies = world.chance(world.faults.duplicate()) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      world.travel(1 + world.random.nextInt(50), () -> arrive(signal));
    }
  }

  private void arrive(SagaLog.Signal signal) {
    SagaLog.SignalResult result = world.log.signal(signal).result();
    world.trace(result + signal.id());
    if (result == SagaLog.SignalResult.ACCEPTED) {
      world.stats.signals++;
      if (world.random.nextBoolean()) {
        world.nodes.forEach(node -> node.tell(signal.partition()));
      }
    }
    boolean lost = world.chance(world.faults.loss());
    boolean early = result == SagaLog.SignalResult.UNKNOWN_INSTANCE && find(signal) == null;
    if (lost || early) {
      world.travel(100 + world.random.nextInt(200), () -> arrive(signal));
    }
  }

  private SagaLog.@Nullable Row find(SagaLog.Signal signal) {
    return world.row(signal.key());
  }
}
