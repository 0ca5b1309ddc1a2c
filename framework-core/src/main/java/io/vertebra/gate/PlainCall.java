package io.vertebra.gate;

import io.vertebra.contract.Request;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Envelope;
import io.vertebra.dispatch.Instance;
import io.vertebra.dispatch.Origin;
import io.vertebra.dispatch.ServedCall;
import io.vertebra.dispatch.Timed;
import io.vertebra.error.CallException;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.HandlerException;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.CallOptions;
import io.vertebra.wire.Format;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A call of somebody who knows nothing of deadlines: this side keeps one for them. Confined to the
 * control lane, except for the outcome, which is encoded where the handler ran.
 */
final class PlainCall<Q, R> extends Timed implements Origin<R> {
  private final Engine engine;
  private final Instance<Q, R> instance;
  private final Request<Q, R> contract;
  private final Message<Object> message;
  private final long deadlineNanos;
  private @Nullable ServedCall<Q, R> call;
  private boolean ended;

  PlainCall(Engine engine, Instance<Q, R> instance, Message<Object> message, long deadlineNanos) {
    this.engine = engine;
    this.instance = instance;
    this.contract = instance.contract();
    this.message = message;
    this.deadlineNanos = deadlineNanos;
  }

  void begin(Q request, Envelope envelope) {
    ServedCall<Q, R> served =
        new ServedCall<>(engine, instance, this, () -> request, envelope, deadlineNanos);
    engine.control().run(() -> {
      call = served;
      engine.control().arm(this, deadlineNanos);
      engine.admit(served);
    });
  }

  @Override
  public void replied(ServedCall<?, R> served, R reply) {
    JsonObject body;
    try {
      body = new JsonObject(Format.JSON.encode(contract.replyType(), reply));
    } catch (VertebraException unfit) {
      fail(HandlerException.replyInvalid(contract.name(), unfit.getMessage()));
      return;
    }
    end(() -> message.reply(body));
  }

  @Override
  public void failed(ServedCall<?, R> served, VertebraException failure) {
    fail(failure);
  }

  private void fail(VertebraException failure) {
    String text = failure.getMessage();
    if (failure instanceof DeclaredFailure declared) {
      try {
        text = declared.failure().getClass().getSimpleName() + " " + json(declared.failure());
      } catch (VertebraException unfit) {
        fail(HandlerException.replyInvalid(contract.name(), unfit.getMessage()));
        return;
      }
    }
    String said = text;
    end(() -> message.fail(failure.code().number(), said));
  }

  private JsonObject json(Record failure) {
    Buffer bytes = Buffer.buffer();
    Format.JSON.encodeFailureInto(bytes, contract, failure);
    return new JsonObject(bytes);
  }

  private void end(Runnable answer) {
    engine.control().run(() -> {
      if (!ended) {
        ended = true;
        engine.control().disarm(this);
        answer.run();
      }
    });
  }

  @Override
  protected void onDeadline(long nowNanos) {
    ServedCall<Q, R> served = call;
    boolean mayHaveRun = served != null && !served.abandon(ErrorCode.DEADLINE_EXCEEDED);
    fail(CallException.deadlineExceeded(
        contract.name(), CallOptions.defaults().timeout(), mayHaveRun));
  }
}
