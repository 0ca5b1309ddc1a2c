package io.vertebra.link;

import io.vertebra.dispatch.Envelope;
import io.vertebra.dispatch.MessageId;
import io.vertebra.wire.Format;
import io.vertx.core.buffer.Buffer;

/**
 * A request or publication as it came in. The body stays bytes until its handler's context reads it.
 *
 * @param callId under which the answer is expected; 0 if none is
 * @param contractId of the contract, see ServedContract
 * @param remainingNanos how long the caller waited still when it was sent
 * @param sentNanos the sender's monotonic clock
 * @param instance the one instance meant, or -1
 * @param envelope the rest of the header
 * @param format of the body
 * @param batch holds the body from {@code from} to {@code to}
 */
public record RequestFrame(
    long callId,
    long contractId,
    long remainingNanos,
    long sentNanos,
    int instance,
    Envelope envelope,
    Format format,
    Buffer batch,
    int from,
    int to) {

  static RequestFrame read(FrameReader in, String sender) {
    int start = in.position();
    long callId = in.int64();
    long contractId = in.int64();
    long remaining = in.int64();
    long sent = in.int64();
    int instance = in.int16();
    int attempt = Math.max(1, in.int16());
    int priority = in.int16();
    int flags = in.int8();
    boolean repeated = attempt > 1 || (flags & FrameWriter.FLAG_REPEATED) != 0;
    MessageId id = in.messageId();
    MessageId correlation = (flags & FrameWriter.FLAG_CORRELATION) != 0 ? in.messageId() : id;
    MessageId causation = (flags & FrameWriter.FLAG_CAUSATION) != 0 ? in.messageId() : null;
    String key = (flags & FrameWriter.FLAG_KEY) != 0 ? in.text() : null;
    String idempotencyKey = (flags & FrameWriter.FLAG_IDEMPOTENCY_KEY) != 0 ? in.text() : null;
    if (in.position() - start > FrameWriter.MAX_HEADER) {
      throw new IndexOutOfBoundsException("a header has " + (in.position() - start) + " bytes");
    }
    Format format = in.format();
    Envelope envelope = new Envelope(
        id, correlation, causation, key, idempotencyKey, attempt, sender, priority, repeated);
    return new RequestFrame(
        callId,
        contractId,
        remaining,
        sent,
        instance,
        envelope,
        format,
        in.batch(),
        in.position(),
        in.end());
  }

  /** Bytes of the body. */
  public int size() {
    return to - from;
  }

  /** Reads the body; throws a ContractException if it is no such message. */
  public <Q> Q decode(Class<Q> type, String contract) {
    return format.decode(type, batch, from, to, contract);
  }
}
