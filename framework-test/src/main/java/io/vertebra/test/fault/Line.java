package io.vertebra.test.fault;

import io.vertx.core.eventbus.DeliveryContext;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What one node sends to another, on its way. Confined to the thread on which the node sends. */
final class Line {
  private final String address;
  private final Later later;
  private final List<LineRule> rules = new CopyOnWriteArrayList<>();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

  Line(String address, Later later) {
    this.address = address;
    this.later = later;
  }

  void add(LineRule rule) {
    rules.add(rule);
  }

  /** Sees each message that the node sends, also to others. */
  void pass(DeliveryContext<?> message) {
    if (!message.message().address().equals(address)) {
      message.next();
      return;
    }
    LineRule rule = strike();
    if (rule != null) {
      apply(rule.effect(), message);
      rule.fault().begun();
    } else if (waiting.isEmpty()) {
      message.next();
    } else {
      waiting.add(new Waiting(message, true));
    }
  }

  private void apply(LineRule.Effect effect, DeliveryContext<?> message) {
    if (effect instanceof LineRule.Delay delay) {
      Waiting delayed = new Waiting(message, false);
      waiting.add(delayed);
      later.after(delay.delay(), () -> {
        delayed.isDue = true;
        sendOn();
      });
    }
    // What is dropped goes nowhere.
  }

  private @Nullable LineRule strike() {
    for (LineRule rule : rules) {
      if (rule.fault().strikes()) {
        return rule;
      }
    }
    return null;
  }

  private void sendOn() {
    for (Waiting first = waiting.peek(); first != null && first.isDue; first = waiting.peek()) {
      waiting.poll().message.next();
    }
  }

  /** A message that was delayed, or that is behind one. */
  private static final class Waiting {
    private final DeliveryContext<?> message;
    private boolean isDue;

    Waiting(DeliveryContext<?> message, boolean isDue) {
      this.message = message;
      this.isDue = isDue;
    }
  }
}
