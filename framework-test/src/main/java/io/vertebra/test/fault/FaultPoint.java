package io.vertebra.test.fault;

/**
 * What is done with a store, and can go wrong. Where a step of a saga is written, the name of the write
 * point is given too: W2, W5, W6 and W8 are messages on the bus, see {@link Faults#on}.
 */
public enum FaultPoint {
  /** W1: a saga starts, with its first command. */
  SAGA_START,
  /** W7: an answer is written, with the next command. */
  SAGA_STEP,
  /** W9: a saga ends. */
  SAGA_END,
  /** W10: sagas that ended are forgotten. */
  SAGA_PURGE,
  /** An event, a cancel or an operator's decision is stored. */
  SAGA_SIGNAL,
  /** Partitions are leased, renewed or given back. */
  SAGA_LEASE,
  /** Sagas, or their history, are read. */
  SAGA_READ,
  /** A consumer asks whether a message is new. */
  DEDUP_BEGIN,
  /** W4: a consumer stores its reply. */
  DEDUP_COMPLETE,
  /** A consumer forgets a message that it could not handle. */
  DEDUP_RELEASE,
  /** A consumer needs longer. */
  DEDUP_EXTEND,
  /** Messages are written to an outbox in a transaction of their own. */
  OUTBOX_APPEND,
  /** W3: what became of messages is written. */
  OUTBOX_SETTLE,
  /** Partitions of an outbox are leased, renewed or given back. */
  OUTBOX_LEASE,
  /** Messages, stops or dead letters are read. */
  OUTBOX_READ
}
