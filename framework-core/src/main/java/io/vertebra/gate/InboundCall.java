package io.vertebra.gate;

import io.vertebra.contract.Request;
import io.vertebra.dispatch.Origin;
import io.vertebra.dispatch.ServedCall;
import io.vertebra.error.VertebraException;
import io.vertebra.link.AnswerWriter;
import io.vertebra.link.Links;
import io.vertebra.link.PeerLink;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** A request of another node: its answer is encoded where the handler ran and leaves on the link lane. */
final class InboundCall<R> implements Origin<R>, Runnable {
  private final Links links;
  private final PeerLink from;
  private final AnswerWriter<R> writer;
  private boolean failed;
  private @Nullable Buffer answer;

  InboundCall(Links links, PeerLink from, Request<?, R> contract, long callId) {
    this.links = links;
    this.from = from;
    this.writer = new AnswerWriter<>(links, contract, callId);
  }

  @Override
  public void replied(ServedCall<?, R> call, R reply) {
    answer = writer.reply(reply);
    links.lane().post(this);
  }

  @Override
  public void failed(ServedCall<?, R> call, VertebraException failure) {
    failed = true;
    answer = writer.failure(failure);
    links.lane().post(this);
  }

  @Override
  public void run() {
    Buffer frame = answer;
    if (frame == null || from.served().remove(writer.callId()) == null) {
      return;
    }
    if (failed) {
      from.appendControl(frame);
    } else {
      from.appendData(frame);
    }
  }
}
