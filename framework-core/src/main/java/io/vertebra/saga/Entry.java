package io.vertebra.saga;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An instance that an owner works on: what is written, what is to be written, who waits. */
final class Entry<S> {
  /** How long after its commands should have been answered an instance counts as left alone. */
  private static final long GRACE_MILLIS = 1_000;

  final SagaMachine<S> machine;
  final Key key;
  final long epoch;

  /** The events of what is being written. */
  List<SagaEvent> events = List.of();

  /** As last written; null while it starts and while it is read again. */
  @Nullable
  Instance<S> current;

  /** What is to be written next, or is being written. */
  @Nullable
  Decision<S> staged;

  /** When to wake it; set by {@link Alarms}, as is its place there. */
  long wakeAt = Long.MAX_VALUE;

  int alarm = -1;

  /** Whether what is in the log is unknown, so that it is being read. */
  boolean reading;

  /** Inputs that wait, and those who do; most entries have neither, and there are many entries. */
  private @Nullable ArrayDeque<Input> inbox;

  private @Nullable List<Waiter> waiters;

  Entry(SagaMachine<S> machine, Key key, long epoch) {
    this.machine = machine;
    this.key = key;
    this.epoch = epoch;
  }

  Decision<S> staged() {
    return Objects.requireNonNull(staged);
  }

  Instance<S> current() {
    return Objects.requireNonNull(current);
  }

  /** What is staged, as the log takes it. */
  SagaLog.Transition transition(OwnerSettings settings, long now) {
    Decision<S> decision = staged();
    Instance<S> next = decision.next();
    Duration due = null;
    if (next.status().isActive()) {
      boolean unowned = epoch == SagaLog.UNOWNED;
      long patience = machine.patience(next, now) + GRACE_MILLIS;
      due = unowned ? Duration.ZERO : Duration.ofMillis(patience);
    }
    events = settings.events(this, decision);
    return new SagaLog.Transition(
        epoch, next.toRow(machine.saga(), due, now), events, decision.consumed());
  }

  /** A command of what is written, as it is sent. */
  SagaHost.Order order(Pending command) {
    Instance<S> instance = current();
    StepDefinition.Command<S> definition = machine.commandOf(instance, command);
    return new SagaHost.Order(
        key,
        instance.id(),
        definition.contract(),
        command.messageId(),
        command.body(),
        command.attempt(),
        definition.timeout());
  }

  void attach(Waiter waiter) {
    if (current == null || waiter.begun(machine, current)) {
      add(waiter);
    }
  }

  private void add(Waiter waiter) {
    if (waiters == null) {
      waiters = new ArrayList<>(1);
    }
    waiters.add(waiter);
  }

  void push(Input input) {
    if (inbox == null) {
      inbox = new ArrayDeque<>(2);
    }
    inbox.add(input);
  }

  @Nullable
  Input poll() {
    Input next = inbox == null ? null : inbox.poll();
    if (next == null) {
      inbox = null;
    }
    return next;
  }

  void forgetInputs() {
    inbox = null;
  }

  void begun(Instance<S> instance) {
    for (Waiter waiter : drain()) {
      if (waiter.begun(machine, instance)) {
        add(waiter);
      }
    }
  }

  void ended(Instance<S> instance) {
    drain().forEach(waiter -> waiter.ended(machine, instance));
  }

  void follow() {
    drain().forEach(waiter -> waiter.follow(key.saga, key.key));
  }

  void failed(Throwable failure) {
    drain().forEach(waiter -> waiter.failed(failure));
  }

  /** Hands those who wait over. */
  void moveWaiters(Entry<?> other) {
    drain().forEach(other::attach);
  }

  private List<Waiter> drain() {
    List<Waiter> all = waiters == null ? List.of() : waiters;
    waiters = null;
    return all;
  }

  /** The identity of an instance as people know it. */
  record Key(String saga, String key) {
    int partition() {
      return SagaLog.partitionOf(saga, key);
    }
  }
}
