package io.vertebra.link;

import io.vertebra.contract.Contract;
import io.vertebra.contract.Request;
import io.vertebra.dispatch.Envelope;
import io.vertebra.dispatch.MessageId;
import io.vertebra.error.ContractException;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.VertebraException;
import io.vertebra.wire.Format;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames. Each begins with its length (4 bytes, without itself) and its kind; what follows is
 * read by {@link RequestFrame} and {@link AnswerFrame}. Numbers are big-endian.
 */
final class FrameWriter {
  static final int LENGTH_BYTES = 4;
  static final int MAX_HEADER = 16 * 1024;
  static final int FLAG_CORRELATION = 1;
  static final int FLAG_CAUSATION = 2;
  static final int FLAG_KEY = 4;
  static final int FLAG_IDEMPOTENCY_KEY = 8;
  static final int FLAG_REPEATED = 16;
  static final byte FORMAT_JSON = 0;
  static final byte FORMAT_CBOR = 1;
  static final byte ID_COUNTED = 0;
  static final byte ID_TEXT = 1;
  private static final int LONGEST_TEXT = 1000;
  private static final int INITIAL_SIZE = 256;

  private final Format format;
  private final byte formatNumber;
  private final int maxFrame;

  FrameWriter(Format format, int maxFrame) {
    this.format = format;
    this.formatNumber = format == Format.CBOR ? FORMAT_CBOR : FORMAT_JSON;
    this.maxFrame = maxFrame;
  }

  /**
   * A request or publication.
   *
   * @param contractId of the contract as the receiver serves it
   * @param remainingNanos how long the caller still waits
   * @param sentNanos the sender's monotonic clock
   * @param instance the one instance meant, or -1
   */
  record Head(
      byte kind, long callId, long contractId, long remainingNanos, long sentNanos, int instance) {}

  <T> Buffer request(Head head, Contract contract, Class<T> type, T message, Envelope envelope) {
    Buffer frame = begin(head.kind());
    frame.appendLong(head.callId());
    frame.appendLong(head.contractId());
    frame.appendLong(head.remainingNanos());
    frame.appendLong(head.sentNanos());
    frame.appendShort((short) head.instance());
    frame.appendShort((short) Math.min(envelope.attempt(), Short.MAX_VALUE));
    frame.appendShort((short) envelope.priority());
    MessageId causation = envelope.causation();
    boolean hasCorrelation = !envelope.correlation().equals(envelope.id());
    frame.appendByte((byte) ((hasCorrelation ? FLAG_CORRELATION : 0)
        | (causation != null ? FLAG_CAUSATION : 0)
        | (envelope.key() != null ? FLAG_KEY : 0)
        | (envelope.idempotencyKey() != null ? FLAG_IDEMPOTENCY_KEY : 0)
        | (envelope.repeated() ? FLAG_REPEATED : 0)));
    id(frame, envelope.id());
    if (hasCorrelation) {
      id(frame, envelope.correlation());
    }
    if (causation != null) {
      id(frame, causation);
    }
    text(frame, envelope.key());
    text(frame, envelope.idempotencyKey());
    if (frame.length() > MAX_HEADER) {
      throw ContractException.tooLarge(
          contract.name() + "' (its keys and ids) of '", frame.length(), MAX_HEADER);
    }
    frame.appendByte(formatNumber);
    format.encodeInto(frame, type, message, contract.name());
    requireFits(frame, contract);
    return end(frame);
  }

  <R> Buffer reply(long callId, int load, Request<?, R> contract, R reply) {
    Buffer frame = begin(FrameKind.REPLY);
    frame.appendLong(callId);
    frame.appendInt(load);
    frame.appendByte(formatNumber);
    format.encodeInto(frame, contract.replyType(), reply, contract.name());
    requireFits(frame, contract);
    return end(frame);
  }

  Buffer failure(long callId, int load, Request<?, ?> contract, VertebraException failure) {
    Buffer frame = begin(FrameKind.FAILURE);
    frame.appendLong(callId);
    frame.appendInt(load);
    frame.appendInt(failure.code().number());
    frame.appendByte((byte) (failure.mayHaveRun() ? 1 : 0));
    frame.appendLong(
        failure instanceof OverloadedException overloaded
            ? overloaded.retryAfter().toMillis()
            : 0);
    frame.appendInt(failure instanceof OverloadedException overloaded ? overloaded.threshold() : 0);
    String message = failure.getMessage();
    text(frame, message.length() > LONGEST_TEXT ? message.substring(0, LONGEST_TEXT) : message);
    if (failure instanceof DeclaredFailure declared) {
      frame.appendByte(formatNumber);
      format.encodeFailureInto(frame, contract, declared.failure());
      requireFits(frame, contract);
    }
    return end(frame);
  }

  private void requireFits(Buffer frame, Contract contract) {
    if (frame.length() > maxFrame) {
      throw ContractException.tooLarge(contract.name(), frame.length(), maxFrame);
    }
  }

  static Buffer cancel(long callId) {
    return end(begin(FrameKind.CANCEL).appendLong(callId));
  }

  static Buffer directory(byte[] message) {
    return end(begin(FrameKind.DIRECTORY).appendBytes(message));
  }

  static Buffer lost(long fromEpoch, long fromFrame, long toEpoch, long toFrame) {
    return end(begin(FrameKind.LOST)
        .appendLong(fromEpoch)
        .appendLong(fromFrame)
        .appendLong(toEpoch)
        .appendLong(toFrame));
  }

  private static Buffer begin(byte kind) {
    return Buffer.buffer(INITIAL_SIZE).appendInt(0).appendByte(kind);
  }

  private static Buffer end(Buffer frame) {
    return frame.setInt(0, frame.length() - LENGTH_BYTES);
  }

  private static void id(Buffer frame, MessageId id) {
    if (id.isText()) {
      frame.appendByte(ID_TEXT);
      text(frame, id.toString());
    } else {
      frame.appendByte(ID_COUNTED).appendLong(id.high()).appendLong(id.low());
    }
  }

  private static void text(Buffer frame, @Nullable String text) {
    if (text != null) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      frame.appendInt(bytes.length).appendBytes(bytes);
    }
  }
}
