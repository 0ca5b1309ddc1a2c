package io.vertebra;

/** Whether a node takes calls. */
public enum NodeState {
  /** It takes calls. */
  READY,
  /** It finishes what it has and then leaves. */
  DRAINING,
  /** It finishes what it has and stays, without taking calls. */
  QUIESCED,
  /** It has left. */
  CLOSED
}
