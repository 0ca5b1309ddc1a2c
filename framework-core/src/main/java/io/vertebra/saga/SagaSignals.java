package io.vertebra.saga;

import io.vertebra.error.SagaException;
import io.vertebra.saga.SagaLog.Signal;
import io.vertebra.saga.SagaLog.SignalKind;
import io.vertx.core.buffer.Buffer;
import java.util.Locale;
import java.util.Objects;

/** The signals that engines and operators store. */
final class SagaSignals {
  private SagaSignals() {}

  static Signal event(
      Saga<?> saga, String key, String event, Object message, String id, int maxBytes) {
    StepDefinition<?> step = saga.find(event);
    if (step == null
        || !(step.action() instanceof StepDefinition.Await<?> await)
        || !await.type().isInstance(message)) {
      throw SagaException.invalid(
          saga.name(),
          "no step waits for '" + event + "' with a " + message.getClass().getSimpleName());
    }
    Buffer body = encode(saga, await.type(), message, maxBytes);
    String unique = event + "/" + Objects.requireNonNull(id);
    return new Signal(saga.name(), key, unique, SignalKind.EVENT, event, body, "", "");
  }

  static Signal cancel(Saga<?> saga, String key, String by, String why) {
    return new Signal(
        saga.name(),
        key,
        "cancel",
        SignalKind.CANCEL,
        "",
        Buffer.buffer(),
        Objects.requireNonNull(by),
        Objects.requireNonNull(why));
  }

  static Signal decision(
      SignalKind kind, Saga<?> saga, String key, String step, Buffer body, Decided decided) {
    String name = step(saga, step).name();
    String id = kind.name().toLowerCase(Locale.ROOT) + "/" + name + "/" + decided.id();
    return new Signal(saga.name(), key, id, kind, name, body, decided.by(), decided.why());
  }

  /** What an operator gives a step to try again with. */
  static Buffer input(Saga<?> saga, String step, Object message, int maxBytes) {
    for (Class<?> type : step(saga, step).inputTypes()) {
      if (type.isInstance(message)) {
        return encode(saga, type, message, maxBytes);
      }
    }
    throw SagaException.invalid(
        saga.name(), "the step '" + step + "' takes no " + message.getClass().getSimpleName());
  }

  private static StepDefinition<?> step(Saga<?> saga, String name) {
    StepDefinition<?> step = saga.find(name);
    if (step == null) {
      throw SagaException.invalid(saga.name(), "it has no step '" + name + "'");
    }
    return step;
  }

  private static Buffer encode(Saga<?> saga, Class<?> type, Object message, int maxBytes) {
    Buffer body = MessageCodec.JSON.encodeAny(type, message);
    if (body.length() > maxBytes) {
      throw SagaException.tooLarge(
          saga.name(), "a " + type.getSimpleName(), body.length(), maxBytes);
    }
    return body;
  }
}
