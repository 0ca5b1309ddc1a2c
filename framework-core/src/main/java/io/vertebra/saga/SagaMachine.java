package io.vertebra.saga;

import io.vertebra.error.ContractException;
import io.vertebra.error.SagaException;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one definition: {@code step(instance, input, now) -> decision}. It has no clock, no
 * threads and no memory; {@code now} is milliseconds of the owner's monotonic clock.
 */
final class SagaMachine<S> {
  private static final Input WOKEN = new Input.Woken();

  private final Saga<S> saga;
  private final MessageCodec codec;
  private final DoubleSupplier random;
  private final SagaLimits limits;
  private final Heard nothing;

  SagaMachine(Saga<S> saga, MessageCodec codec, DoubleSupplier random, SagaLimits limits) {
    this.saga = saga;
    this.codec = codec;
    this.random = random;
    this.limits = limits;
    this.nothing = Heard.nothing(saga.steps().size());
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

  SagaLimits limits() {
    return limits;
  }

  /** Throws if the log is not to keep so many bytes. */
  void check(String what, Buffer bytes) {
    if (bytes.length() > limits.maxState()) {
      throw SagaException.tooLarge(saga.name(), what, bytes.length(), limits.maxState());
    }
  }

  /** Begins an instance. Throws what the definition's functions throw: then there is none. */
  Decision<S> start(String id, Object message, long now) {
    S state = saga.start().from().apply(message);
    String key = saga.start().key().apply(state);
    if (key == null) {
      throw ContractException.messageInvalid(saga.startedBy().name(), "it has no business key");
    }
    int steps = saga.steps().size();
    Buffer encoded = codec.encode(saga.stateType(), state);
    check("the state", encoded);
    Instance<S> before = new Instance<>(
        id,
        key,
        0,
        SagaStatus.RUNNING,
        String.valueOf(StepState.WAITING.letter()).repeat(steps),
        state,
        encoded,
        List.of(),
        now + saga.deadline().toMillis(),
        0,
        SagaLog.Signals.NONE,
        nothing);
    Draft<S> draft = new Draft<>(this, before, now);
    draft.note(SagaEvent.Kind.STARTED, "", 0, "");
    new Stages<>(draft).forward(0);
    return draft.written();
  }

  /**
   * The instance in a row, all of whose open commands may have been sent. It knows nothing yet of the
   * signals that wait: they are an input.
   */
  Instance<S> read(SagaLog.Row row, long now) {
    long seen = row.signals().count() - row.signals().waiting().size();
    Instance<S> instance = new Instance<>(
        row.id(),
        row.key(),
        row.version(),
        row.status(),
        row.steps(),
        codec.decode(saga.stateType(), row.state(), saga.name()),
        row.state(),
        List.of(),
        now + row.deadline().toMillis(),
        row.events(),
        new SagaLog.Signals(seen, List.of()),
        nothing);
    List<Pending> commands = new ArrayList<>(row.commands().size());
    row.commands().forEach(command -> commands.add(read(instance, command)));
    return instance.expecting(commands);
  }

  /** Why the instance in a row cannot be read, with the field that is to blame; null if it can be. */
  @Nullable
  String whyUnreadable(SagaLog.Row row) {
    try {
      read(row, 0);
      return null;
    } catch (RuntimeException e) {
      return "its state cannot be read: " + e.getMessage();
    }
  }

  private Pending read(Instance<S> instance, SagaLog.Command stored) {
    StepDefinition.Action<S> action = actionOf(instance, saga.steps().get(stored.step()));
    Pending command = action instanceof StepDefinition.Await<S>
        ? Pending.readWaiting(stored, instance.deadlineAt())
        : Pending.read(stored);
    SagaLog.Answer answer = stored.answer();
    return answer == null ? command : command.answered(action.decodeAnswer(codec, answer), answer);
  }

  /** What to do with an instance that was read from the log: its open commands are sent again. */
  Decision<S> resume(Instance<S> instance) {
    List<Pending> open = new ArrayList<>();
    for (Pending command : instance.commands()) {
      if (instance.isOpen(command) && awaitOf(instance, command) == null) {
        open.add(command);
      }
    }
    return new Decision<>(instance.touched(), true, List.of(), open, List.of());
  }

  /** What an input does to an instance. */
  Decision<S> step(Instance<S> instance, Input input, long now) {
    boolean isSignal = input instanceof Input.Signalled;
    if (instance.status().isFinal() || !(instance.status().isActive() || isSignal)) {
      return Decision.ignore(instance);
    }
    Draft<S> draft = new Draft<>(this, instance, now);
    Stages<S> stages = new Stages<>(draft);
    Answers<S> answers = new Answers<>(draft, stages);
    if (apply(input, draft, answers)) {
      new Signalled<>(draft, stages, answers).heed();
      return draft.written();
    }
    return draft.hasSends() ? draft.unwritten() : Decision.ignore(instance);
  }

  private boolean apply(Input input, Draft<S> draft, Answers<S> answers) {
    if (input instanceof Input.Replied replied) {
      return answers.answered(replied.messageId(), replied.reply(), false);
    } else if (input instanceof Input.Refused refused) {
      return answers.answered(refused.messageId(), refused.failure(), true);
    } else if (input instanceof Input.Failed failed) {
      return answers.failed(failed);
    } else if (input instanceof Input.Signalled signalled) {
      return draft.arrived(signalled.signals());
    }
    return answers.woken();
  }

  /** When the instance wants to be woken; {@link Long#MAX_VALUE} if answers are all it waits for. */
  long wakeAt(Instance<S> instance) {
    if (!instance.status().isActive()) {
      return Long.MAX_VALUE;
    }
    boolean bound = hasDeadline(instance);
    long at = Long.MAX_VALUE;
    for (Pending command : instance.commands()) {
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
    for (Pending command : instance.commands()) {
      if (instance.isOpen(command)) {
        boolean waits = awaitOf(instance, command) != null;
        long timeout = waits ? 0 : commandOf(instance, command).timeout().toMillis();
        most = Math.max(most, Math.max(now, command.retryAt()) - now + timeout);
      }
    }
    return most;
  }

  /** What a step does at its place: its action, or its compensation. */
  StepDefinition.Action<S> actionOf(Place place, StepDefinition<S> step) {
    StepDefinition.Command<S> compensation = step.compensation();
    return compensation != null && place.isUndo(step.index()) ? compensation : step.action();
  }

  StepDefinition.Action<S> actionOf(Place place, Pending command) {
    return actionOf(place, saga.steps().get(command.step()));
  }

  /** The definition of a command. */
  StepDefinition.Command<S> commandOf(Place place, Pending command) {
    return (StepDefinition.Command<S>) actionOf(place, command);
  }

  /** The definition of a wait; null for a command. */
  StepDefinition.@Nullable Await<S> awaitOf(Place place, Pending command) {
    return actionOf(place, command) instanceof StepDefinition.Await<S> await ? await : null;
  }

  /** The deadline holds until the pivot's command is written, and not for compensations. */
  boolean hasDeadline(Place place) {
    return place.status() == SagaStatus.RUNNING
        && !place.commands().isEmpty()
        && saga.steps().get(place.commands().get(0).step()).kind()
            == StepDefinition.Kind.COMPENSABLE;
  }

  /** The steps on which an operator can decide: those whose compensation is stuck, or else the one forward. */
  List<StepDefinition<S>> stuck(Place place) {
    List<StepDefinition<S>> stuck = new ArrayList<>(1);
    StepDefinition<S> next = null;
    for (StepDefinition<S> step : saga.steps()) {
      if (place.stepState(step.index()) == StepState.STUCK) {
        stuck.add(step);
      } else if (next == null
          && step.kind() != StepDefinition.Kind.COMPENSABLE
          && place.stepState(step.index()) == StepState.WAITING) {
        next = step;
      }
    }
    if (place.status() != SagaStatus.NEEDS_OPERATOR || !stuck.isEmpty()) {
      return stuck;
    } else if (!place.commands().isEmpty()) {
      return List.of(saga.steps().get(place.commands().get(0).step()));
    }
    return next == null ? List.of() : List.of(next);
  }

  /** The message id of a step's command, or of its compensation. */
  String messageId(String instance, StepDefinition<S> step, boolean undo) {
    return undo
        ? CommandId.ofCompensation(instance, step.name())
        : CommandId.ofAction(instance, step.name());
  }

  /** The step that a message id belongs to; null if it is none of the instance's. */
  @Nullable
  StepDefinition<S> stepOf(String instance, String messageId) {
    String first = CommandId.firstOf(messageId);
    boolean undo = CommandId.isCompensation(first);
    for (StepDefinition<S> step : saga.steps()) {
      if (first.equals(messageId(instance, step, undo))) {
        return step;
      }
    }
    return null;
  }
}
