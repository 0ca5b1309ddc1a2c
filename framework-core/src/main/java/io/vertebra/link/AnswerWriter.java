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
      return links.writer().reply(callId, links.load(), contract, reply);
    } catch (VertebraException unfit) {
      return undeliverable(unfit);
    }
  }

  /** The failure as a frame; another failure if it is a declared one that cannot be encoded or is too large. */
  public Buffer failure(VertebraException failure) {
    try {
      return links.writer().failure(callId, links.load(), contract, failure);
    } catch (VertebraException unfit) {
      return undeliverable(unfit);
    }
  }

  private Buffer undeliverable(VertebraException reason) {
    VertebraException failure = HandlerException.replyInvalid(contract.name(), reason.getMessage());
    return links.writer().failure(callId, links.load(), contract, failure);
  }
}
