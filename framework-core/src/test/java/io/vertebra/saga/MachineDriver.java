package io.vertebra.saga;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

/** Drives one instance through its machine by hand; every written change goes through its row and back. */
@NullUnmarked
final class MachineDriver<S> {
  static final SagaLimits LIMITS = new SagaLimits(1_024, 100);

  final SagaMachine<S> machine;
  final List<Decision.Note> notes = new ArrayList<>();
  final List<Pending> sent = new ArrayList<>();
  /** What the log has. */
  final List<SagaLog.Signal> waiting = new ArrayList<>();

  private int signals;
  Instance<S> at;
  long now = 1_000;
  boolean changed;

  MachineDriver(Saga<S> saga, Object message) {
    this.machine = new SagaMachine<>(saga, new SimCodec(), () -> 0.5, LIMITS);
    accept(machine.start("id", message, now));
  }

  private MachineDriver<S> accept(Decision<S> decision) {
    changed = decision.write();
    at = decision.next();
    waiting.removeIf(signal -> decision.consumed().contains(signal.id()));
    notes.addAll(decision.notes());
    sent.addAll(decision.sends());
    return this;
  }

  MachineDriver<S> reply(String command) {
    return input(new Input.Replied("id." + command, new Shop.Done(command.replace(".undo", ""))));
  }

  MachineDriver<S> refuse(String command) {
    return input(new Input.Refused("id." + command, new Shop.No(command)));
  }

  MachineDriver<S> lose(String command) {
    return fail(command, attempt(command), true, true);
  }

  MachineDriver<S> fail(String command, int attempt, boolean again, boolean mayHaveRun) {
    return input(new Input.Failed("id." + command, attempt, "CODE", again, mayHaveRun));
  }

  /** Lets the command fail until its retries are used up. */
  MachineDriver<S> exhaust(String command, boolean mayHaveRun) {
    int attempts = 0;
    while (at.find("id." + command) != null
        && at.isOpen(at.find("id." + command))
        && attempts++ < 100) {
      fail(command, attempt(command), true, mayHaveRun);
      now += 60_000 * (at.status() == SagaStatus.COMPENSATING ? 1 : 0) + 200;
      input(SagaMachine.woken());
    }
    return this;
  }

  MachineDriver<S> input(Input input) {
    return accept(machine.step(at, input, now));
  }

  MachineDriver<S> event(String name, String id) {
    Buffer body = new SimCodec().encode(Shop.Happened.class, new Shop.Happened(name));
    return signal(SagaLog.SignalKind.EVENT, name, id, body);
  }

  MachineDriver<S> cancel() {
    return signal(SagaLog.SignalKind.CANCEL, "", "cancel", Buffer.buffer());
  }

  MachineDriver<S> operator(SagaLog.SignalKind kind, String step) {
    return operator(kind, step, Buffer.buffer());
  }

  MachineDriver<S> operator(SagaLog.SignalKind kind, String step, Buffer body) {
    return signal(kind, step, kind + "-" + signals, body);
  }

  MachineDriver<S> signal(SagaLog.SignalKind kind, String name, String id, Buffer body) {
    signals++;
    String saga = machine.saga().name();
    waiting.add(new SagaLog.Signal(saga, at.key(), id, kind, name, body, "ann", "reason"));
    return hear();
  }

  private MachineDriver<S> hear() {
    return input(new Input.Signalled(new SagaLog.Signals(signals, waiting)));
  }

  /** As after a crash: what is in the log is all there is. */
  MachineDriver<S> crash() {
    SagaLog.Row row = at.toRow(machine.saga(), null, now);
    SagaLog.Row read = new SagaLog.Row(
        row.id(),
        row.saga(),
        row.key(),
        row.version(),
        row.definition(),
        row.status(),
        row.steps(),
        row.state(),
        row.commands(),
        row.due(),
        row.deadline(),
        row.events(),
        new SagaLog.Signals(signals, waiting));
    at = machine.read(read, now);
    sent.clear();
    sent.addAll(machine.resume(at).sends());
    return waiting.isEmpty() ? this : hear();
  }

  MachineDriver<S> advance(long millis) {
    now += millis;
    return input(SagaMachine.woken());
  }

  private int attempt(String command) {
    return at.find("id." + command).attempt();
  }

  List<String> sentNow() {
    List<String> ids =
        sent.stream().map(command -> command.messageId().substring(3)).toList();
    sent.clear();
    return ids;
  }

  /** The history since it was last asked for, with what is said about each line. */
  List<String> details() {
    List<String> lines = notes.stream()
        .map(note -> (note.kind() + " " + note.step() + " " + note.detail()).trim())
        .toList();
    notes.clear();
    return lines;
  }

  List<String> told() {
    List<String> lines =
        notes.stream().map(note -> (note.kind() + " " + note.step()).trim()).toList();
    notes.clear();
    return lines;
  }
}
