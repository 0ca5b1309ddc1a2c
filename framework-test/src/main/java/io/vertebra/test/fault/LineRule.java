package io.vertebra.test.fault;

import java.time.Duration;

/** A fault that waits for what one node sends to another. */
record LineRule(Fault fault, LineRule.Effect effect) {

  /** What a fault does to a batch that it strikes. */
  sealed interface Effect {}

  record Drop() implements Effect {}

  record Delay(Duration delay) implements Effect {}
}
