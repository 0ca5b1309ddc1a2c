package io.vertebra.gate;

import io.vertebra.contract.Request;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Envelope;
import io.vertebra.dispatch.Instance;
import io.vertebra.error.ContractException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.CallOptions;
import io.vertebra.wire.Format;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;

/**
 * Serves a contract at an address of the Vert.x event bus, for callers that know nothing of
 * contracts: the body is a JsonObject, a Buffer or a String with the JSON of the message, the reply a
 * JsonObject. The header {@code vertebra-message-id} sets the message id.
 */
public final class PlainAddress {
  private static final String MESSAGE_ID = "vertebra-message-id";
  private static final String CALLER = "event-bus";

  private PlainAddress() {}

  /** Registers the consumer; the handler passes the same admission as any other call. */
  public static <Q, R> MessageConsumer<Object> serve(
      Engine engine, Instance<Q, R> instance, String address) {
    return engine
        .vertx()
        .eventBus()
        .consumer(address, message -> accept(engine, instance, message));
  }

  private static <Q, R> void accept(
      Engine engine, Instance<Q, R> instance, Message<Object> message) {
    Request<Q, R> contract = instance.contract();
    Q request;
    Envelope envelope;
    try {
      request = Format.JSON.decode(
          contract.requestType(), bytes(contract.name(), message.body()), contract.name());
      envelope = engine.seal(contract, request, message.headers().get(MESSAGE_ID), CALLER);
    } catch (VertebraException unfit) {
      message.fail(unfit.code().number(), unfit.getMessage());
      return;
    }
    long deadline = System.nanoTime() + CallOptions.defaults().timeoutNanos();
    new PlainCall<>(engine, instance, message, deadline).begin(request, envelope);
  }

  private static Buffer bytes(String contract, Object body) {
    if (body instanceof JsonObject json) {
      return json.toBuffer();
    }
    if (body instanceof Buffer buffer) {
      return buffer;
    }
    if (body instanceof String text) {
      return Buffer.buffer(text);
    }
    throw ContractException.messageInvalid(
        contract, "a plain caller has to send a JsonObject, a Buffer or a String of JSON");
  }
}
