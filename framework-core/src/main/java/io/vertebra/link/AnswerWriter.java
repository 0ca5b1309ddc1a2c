package io.vertebra.link;

import io.vertebra.contract.Request;
import io.vertebra.error.HandlerException;
import io.vertebra.error.VertebraException;
import io.vertx.core.buffer.Buffer;

/**
 * Encodes the answer to one request; on the handler's thread, so that the link lane only copies.
 *
 * @param <R> the reply
 */
public record AnswerWriter<R>(Links links, Request<?, R> contract, long callId) {

  /** The reply as a frame; a failure if it cannot be encoded or is too large. */
  public Buffer reply(R reply) {
    try {
      Buffer frame = links.writer().reply(callId, links.load(), contract, reply);
      return frame != null
          ? frame
          : failure(
              HandlerException.replyInvalid(contract.name(), "it is larger than a frame may be"));
    } catch (VertebraException unfit) {
      return failure(
          HandlerException.replyInvalid(contract.name(), String.valueOf(unfit.getMessage())));
    }
  }

  /** The failure as a frame. */
  public Buffer failure(VertebraException failure) {
    return links.writer().failure(callId, links.load(), contract, failure);
  }
}
