package io.vertebra.test.fault;

import java.time.Duration;
import java.util.List;

/**
 * What is to become of what nodes send to each other. What comes by are batches, each with whatever
 * requests, replies and heartbeats a node has for the other at one time.
 */
public final class LineFaults extends Aimed<LineFaults> {
  private final List<Line> lines;

  LineFaults(Faults faults, Aim aim, List<Line> lines) {
    super(faults, aim);
    this.lines = lines;
  }

  @Override
  LineFaults with(Aim changed) {
    return new LineFaults(faults, changed, lines);
  }

  /** It does not arrive. If that is true of everything, the nodes are partitioned until the fault ends. */
  public Fault drop() {
    return order("dropped", new LineRule.Drop());
  }

  /** It arrives later, and so does what is sent after it: a connection keeps the order. */
  public Fault delay(Duration delay) {
    return order("delayed by " + delay, new LineRule.Delay(delay));
  }

  private Fault order(String what, LineRule.Effect effect) {
    Fault fault = faults.order(lines.size() == 1 ? "line " + what : "lines " + what, aim, () -> {});
    lines.forEach(line -> line.add(new LineRule(fault, effect)));
    return fault;
  }
}
