package io.vertebra.gate;

import io.vertebra.contract.Request;
import io.vertebra.dispatch.Origin;
import io.vertebra.dispatch.ServedCall;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.link.AnswerWriter;
import io.vertebra.link.Links;
import io.vertebra.link.PeerLink;
import io.vertebra.link.RemoteWork;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * A request of another node: its answer is encoded where the handler ran and leaves on the link lane.
 * Its deadline is kept here too, since a cancel of its caller may get lost.
 */
final class InboundCall<R> extends RemoteWork implements Origin<R>, Runnable {
  /** For the caller's own cancel, which tells more and comes first unless it got lost. */
  private static final long GRACE_NANOS = 100_000_000L;

  private final Links links;
  private final PeerLink from;
  private final AnswerWriter<R> writer;
  private @Nullable ServedCall<?, R> call;
  private boolean failed;
  private @Nullable Buffer answer;

  InboundCall(Links links, PeerLink from, Request<?, R> contract, long callId) {
    this.links = links;
    this.from = from;
    this.writer = new AnswerWriter<>(links, contract, callId);
  }

  /** Begins; on the link lane. */
  void serveBy(ServedCall<?, R> served, long deadline) {
    call = served;
    from.served().put(writer.callId(), this);
    links.lane().arm(this, deadline + GRACE_NANOS);
  }

  @Override
  public boolean abandon(ErrorCode why) {
    links.lane().disarm(this);
    ServedCall<?, R> served = call;
    return served != null && served.abandon(why);
  }

  @Override
  protected void onDeadline(long nowNanos) {
    if (abandon(ErrorCode.DEADLINE_EXCEEDED)) {
      from.served().remove(writer.callId());
    }
  }

  @Override
  public void replied(ServedCall<?, R> served, R reply) {
    answer = writer.reply(reply);
    links.lane().post(this);
  }

  @Override
  public void failed(ServedCall<?, R> served, VertebraException failure) {
    failed = true;
    answer = writer.failure(failure);
    links.lane().post(this);
  }

  @Override
  public void run() {
    Buffer frame = answer;
    if (frame == null || from.served().get(writer.callId()) != this) {
      return;
    }
    from.served().remove(writer.callId());
    links.lane().disarm(this);
    if (failed) {
      from.appendControl(frame);
    } else {
      from.appendData(frame);
    }
  }
}
