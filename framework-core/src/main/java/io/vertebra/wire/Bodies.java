package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vertebra.error.ContractException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.util.Objects;

/** Runs codecs over whole bodies, and turns whatever goes wrong into the exception for it. */
final class Bodies {
  private static final int FIRST_CAPACITY = 256;
  // Without interning: names come from anywhere, and the table of the JVM is for those of the
  // program.
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();
  private static final JsonFactory CBOR =
      CBORFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  private Bodies() {}

  static BodyWriter write(Format format, BodyCodec codec, Object message, String contract) {
    BodyWriter out = format == Format.JSON
        ? new JsonWriter(false, FIRST_CAPACITY)
        : new CborWriter(FIRST_CAPACITY);
    write(out, codec, message, contract);
    return out;
  }

  static void write(BodyWriter out, BodyCodec codec, Object message, String contract) {
    try {
      codec.write(message, out);
    } catch (BodyProblem problem) {
      throw ContractException.unwritable(contract, problem.describe(codec.root()));
    } catch (RuntimeException | StackOverflowError e) {
      throw ContractException.unwritable(
          contract, codec.root() + ": writing it threw " + e.getClass().getName());
    }
  }

  static Object read(
      Format format, BodyCodec codec, Buffer source, int from, int to, String contract) {
    Objects.checkFromToIndex(from, to, source.length());
    try (JsonParser in = parser(format, ((BufferInternal) source).getByteBuf(), from, to - from)) {
      if (in.nextToken() == null) {
        throw new BodyProblem("the body is empty");
      }
      Object message = codec.read(in);
      if (in.nextToken() != null) {
        throw new BodyProblem("more bytes follow the message");
      }
      return message;
    } catch (BodyProblem problem) {
      throw ContractException.messageInvalid(contract, problem.describe(codec.root()));
    } catch (StackOverflowError e) {
      throw ContractException.messageInvalid(
          contract, codec.root() + ": it is nested deeper than this thread's stack can follow");
    } catch (IOException | RuntimeException e) {
      // The parser's own text quotes the body.
      throw ContractException.messageInvalid(
          contract, codec.root() + ": the body is no well-formed " + format);
    }
  }

  private static JsonParser parser(Format format, ByteBuf bytes, int from, int length)
      throws IOException {
    JsonFactory parsers = format == Format.JSON ? JSON : CBOR;
    return bytes.hasArray()
        ? parsers.createParser(
            bytes.array(), bytes.arrayOffset() + bytes.readerIndex() + from, length)
        : parsers.createParser(ByteBufUtil.getBytes(bytes, bytes.readerIndex() + from, length));
  }
}
