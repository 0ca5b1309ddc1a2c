package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertebra.error.ContractException;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * The rules of one definition: {@code step(instance, input, now) -> decision}. It has no clock, no
 * threads and no memory; {@code now} is milliseconds of the owner's monotonic clock.
 *
 * <p>The rule for answers: a command is answered once, by the first reply or declared failure that
 * carries its message id, of whichever attempt. All others are ignored. A technical failure counts
 * only for the attempt that is in flight.
 */
final class SagaMachine<S> {
  private static final Input WOKEN = new Input.Woken();

  private final Saga<S> saga;
  private final MessageCodec codec;
  private final DoubleSupplier random;

  SagaMachine(Saga<S> saga, MessageCodec codec, DoubleSupplier random) {
    this.saga = saga;
    this.codec = codec;
    this.random = random;
  }

  static Input woken() {
    return WOKEN;
  }

  Saga<S> saga() {
    return saga;
  }

  double random() {
    return random.getAsDouble();
  }

  MessageCodec codec() {
    return codec;
  }

  /** Begins an instance. Throws what the definition's functions throw: then there is none. */
  Decision<S> start(String id, Object message, long now) {
    S state = saga.start().from().apply(message);
    String key = saga.start().key().apply(state);
    if (key == null) {
      throw ContractException.messageInvalid(saga.startedBy().name(), "it has no business key");
    }
    String letters =
        String.valueOf(StepState.WAITING.letter()).repeat(saga.steps().size());
    long deadlineAt = now + saga.deadline().toMillis();
    Buffer encoded = codec.encode(saga.stateType(), state);
    SagaTurn<S> turn = new SagaTurn<>(
        this,
        new Instance<>(
            id, key, 0, SagaStatus.RUNNING, letters, state, encoded, List.of(), deadlineAt),
        now);
    turn.note(SagaEvent.Kind.STARTED, "", 0, "");
    turn.forward(0);
    return turn.written();
  }

  /** The instance in a row, all of whose open commands may have been sent. */
  Instance<S> read(SagaLog.Row row, long now) {
    Instance<S> instance = new Instance<>(
        row.id(),
        row.key(),
        row.version(),
        row.status(),
        row.steps(),
        codec.decode(saga.stateType(), row.state(), saga.name()),
        row.state(),
        List.of(),
        now + row.deadline().toMillis());
    List<Instance.Pending> commands = new ArrayList<>(row.commands().size());
    for (SagaLog.Command command : row.commands()) {
      commands.add(read(instance, command));
    }
    return instance.withCommands(commands);
  }

  private Instance.Pending read(Instance<S> instance, SagaLog.Command stored) {
    Instance.Pending command =
        Instance.Pending.first(stored.step(), stored.messageId(), stored.body()).failed(true);
    SagaLog.Answer answer = stored.answer();
    if (answer != null) {
      Request<?, ?> contract = commandOf(instance, command).contract();
      Object value = answer.refused()
          ? codec.decodeFailure(contract, answer.body())
          : codec.decode(contract.replyType(), answer.body(), contract.name());
      return command.answered(value, answer);
    }
    return new Instance.Pending(
        command.step(), command.messageId(), command.body(), stored.attempt(), true, 0, null, null);
  }

  /** What to do with an instance that was read from the log: its open commands are sent again. */
  Decision<S> resume(Instance<S> instance) {
    List<Instance.Pending> open =
        instance.commands().stream().filter(instance::isOpen).toList();
    return new Decision<>(instance.withVersion(instance.version() + 1), true, List.of(), open);
  }

  /** What an input does to an instance. */
  Decision<S> step(Instance<S> instance, Input input, long now) {
    if (!instance.status().isActive()) {
      return Decision.ignore(instance);
    }
    SagaTurn<S> turn = new SagaTurn<>(this, instance, now);
    if (input instanceof Input.Replied replied) {
      return turn.replied(replied);
    } else if (input instanceof Input.Refused refused) {
      return turn.refused(refused);
    } else if (input instanceof Input.Failed failed) {
      return turn.failed(failed);
    }
    return turn.woken();
  }

  /** When the instance wants to be woken; {@link Long#MAX_VALUE} if answers are all it waits for. */
  long wakeAt(Instance<S> instance) {
    if (!instance.status().isActive()) {
      return Long.MAX_VALUE;
    }
    boolean bound = hasDeadline(instance);
    long at = Long.MAX_VALUE;
    for (Instance.Pending command : instance.commands()) {
      if (command.retryAt() > 0 && instance.isOpen(command)) {
        at = Math.min(
            at, bound ? Math.min(command.retryAt(), instance.deadlineAt()) : command.retryAt());
      }
    }
    return at;
  }

  /** The longest an open command may take from now, with its wait. */
  long patience(Instance<S> instance, long now) {
    long most = 0;
    for (Instance.Pending command : instance.commands()) {
      if (instance.isOpen(command)) {
        long from = Math.max(now, command.retryAt());
        most =
            Math.max(most, from - now + commandOf(instance, command).timeout().toMillis());
      }
    }
    return most;
  }

  /** The definition of a command: forward, or the step's compensation. */
  StepDefinition.Command<S> commandOf(Instance<S> instance, Instance.Pending command) {
    StepDefinition<S> step = saga.steps().get(command.step());
    boolean undo = instance.stepState(command.step()) == StepState.UNDOING
        || instance.stepState(command.step()) == StepState.UNDONE
        || instance.stepState(command.step()) == StepState.STUCK;
    StepDefinition.Command<S> compensation = step.compensation();
    return undo && compensation != null ? compensation : step.command();
  }

  /** The deadline holds until the pivot's command is written, and not for compensations. */
  boolean hasDeadline(Instance<S> instance) {
    return instance.status() == SagaStatus.RUNNING
        && !instance.commands().isEmpty()
        && saga.steps().get(instance.commands().get(0).step()).kind()
            == StepDefinition.Kind.COMPENSABLE;
  }
}
