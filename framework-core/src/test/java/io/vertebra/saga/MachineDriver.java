package io.vertebra.saga;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

/** Drives one instance through its machine by hand; every written change goes through its row and back. */
@NullUnmarked
final class MachineDriver<S> {
  final SagaMachine<S> machine;
  final List<Decision.Note> notes = new ArrayList<>();
  final List<Instance.Pending> sent = new ArrayList<>();
  Instance<S> at;
  long now = 1_000;
  boolean changed;

  MachineDriver(Saga<S> saga, Object message) {
    this.machine = new SagaMachine<>(saga, new SimCodec(), () -> 0.5);
    accept(machine.start("id", message, now));
  }

  private MachineDriver<S> accept(Decision<S> decision) {
    changed = decision.write();
    at = decision.next();
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

  /** As after a crash: what is in the row is all there is. */
  MachineDriver<S> crash() {
    SagaLog.Row row = at.toRow(machine.saga(), null, now);
    at = machine.read(row, now);
    sent.clear();
    sent.addAll(machine.resume(at).sends());
    return this;
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

  List<String> told() {
    List<String> lines =
        notes.stream().map(note -> (note.kind() + " " + note.step()).trim()).toList();
    notes.clear();
    return lines;
  }
}
