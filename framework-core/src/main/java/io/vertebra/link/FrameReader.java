package io.vertebra.link;

import io.vertebra.dispatch.MessageId;
import io.vertebra.wire.Format;
import io.vertx.core.buffer.Buffer;

/**
 * A cursor over one frame of a batch. Every read is checked against the frame's end; hostile bytes
 * make an {@link IndexOutOfBoundsException}, never a large allocation.
 */
final class FrameReader {
  private final Buffer batch;
  private int at;
  private int end;
  private int frameBytes;

  FrameReader(Buffer batch, int from) {
    this.batch = batch;
    this.at = from;
    this.end = batch.length();
  }

  /** Moves to the next frame, if there is one; its length must lie within the batch. */
  boolean nextFrame() {
    at = end;
    if (at >= batch.length()) {
      return false;
    }
    end = batch.length();
    int length = int32();
    if (length < 1 || length > batch.length() - at) {
      throw new IndexOutOfBoundsException("a frame claims " + length + " bytes");
    }
    end = at + length;
    frameBytes = length + FrameWriter.LENGTH_BYTES;
    return true;
  }

  /** Bytes of the frame with its length, as its writer counts them. */
  int frameBytes() {
    return frameBytes;
  }

  /** Begins with the frames that follow the batch's own header. */
  void endHeader() {
    end = at;
  }

  Buffer batch() {
    return batch;
  }

  int position() {
    return at;
  }

  int end() {
    return end;
  }

  byte int8() {
    return batch.getByte(advance(1));
  }

  short int16() {
    return batch.getShort(advance(2));
  }

  int int32() {
    return batch.getInt(advance(4));
  }

  long int64() {
    return batch.getLong(advance(8));
  }

  /** A text of a header; none is longer than a header may be. */
  String text() {
    int length = int32();
    if (length > FrameWriter.MAX_HEADER) {
      throw new IndexOutOfBoundsException("a text claims " + length + " bytes");
    }
    int from = advance(length);
    return batch.getString(from, from + length);
  }

  byte[] rest() {
    int length = end - at;
    int from = advance(length);
    return batch.getBytes(from, from + length);
  }

  MessageId messageId() {
    return int8() == FrameWriter.ID_TEXT ? new MessageId(text()) : new MessageId(int64(), int64());
  }

  Format format() {
    byte number = int8();
    return switch (number) {
      case FrameWriter.FORMAT_JSON -> Format.JSON;
      case FrameWriter.FORMAT_CBOR -> Format.CBOR;
      default -> throw new IndexOutOfBoundsException("no body format has the number " + number);
    };
  }

  private int advance(int bytes) {
    int from = at;
    if (bytes < 0 || bytes > end - from) {
      throw new IndexOutOfBoundsException("a frame ends within a field");
    }
    at = from + bytes;
    return from;
  }
}
