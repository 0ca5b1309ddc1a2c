package io.vertebra.directory;

import org.jspecify.annotations.Nullable;

/** One call in a simulation: what its caller was told, and what its handler really did. */
final class SimulatedCall extends PendingCalls.Entry {
  final long id;
  final SimulatedNode caller;
  final int target;
  final long targetIncarnation;

  /** How often a handler ran it. */
  int runs;

  /** How often its caller was told the end of it. */
  int ends;

  /** When the node that ran it dropped it, because its caller was declared gone. */
  long droppedAt = Long.MAX_VALUE;

  @Nullable
  String outcome;

  boolean mayHaveRun;

  SimulatedCall(long id, SimulatedNode caller, int target, long targetIncarnation) {
    this.id = id;
    this.caller = caller;
    this.target = target;
    this.targetIncarnation = targetIncarnation;
  }

  void end(String how, boolean mayHaveRunThen) {
    ends++;
    outcome = how;
    mayHaveRun = mayHaveRunThen;
    caller.simulation.note(how, caller, id);
  }

  @Override
  public String toString() {
    return "call " + id + " from " + caller + " to " + Simulation.nameOf(target) + "#"
        + targetIncarnation + " (" + outcome + (mayHaveRun ? ", may have run" : ", has not run")
        + ", ended " + ends + " times, ran " + runs + " times)";
  }
}
