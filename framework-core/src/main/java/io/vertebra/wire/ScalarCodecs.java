package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertebra.contract.Scalar;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;

/** Simple values but numbers and times. What cannot be read is reported by its type, never by its value. */
final class ScalarCodecs {
  private static final int UUID_BYTES = 16;
  private static final int UUID_TEXT = 36;

  private ScalarCodecs() {}

  static BodyCodec of(Scalar scalar) {
    return switch (scalar) {
      case BOOLEAN -> new OfBoolean();
      case CHAR -> new OfChar();
      case STRING -> new OfString();
      case UUID -> new OfUuid();
      case BYTES -> new OfBytes();
      case BUFFER -> new OfBuffer();
      case BYTE, SHORT, INT, LONG, YEAR -> new IntegerCodec(scalar);
      case FLOAT, DOUBLE -> new FloatingCodec(scalar == Scalar.FLOAT);
      case BIG_INTEGER, BIG_DECIMAL -> new BigNumberCodec(scalar == Scalar.BIG_DECIMAL);
      default -> TimeCodec.of(scalar);
    };
  }

  private static final class OfBoolean extends BodyCodec {
    @Override
    void write(Object value, BodyWriter out) {
      out.bool((Boolean) value);
    }

    @Override
    Object read(JsonParser in) {
      JsonToken token = in.currentToken();
      if (token == JsonToken.VALUE_TRUE) {
        return true;
      }
      if (token == JsonToken.VALUE_FALSE) {
        return false;
      }
      throw BodyProblem.expected("a boolean", in);
    }
  }

  private static final class OfString extends BodyCodec {
    @Override
    void write(Object value, BodyWriter out) {
      out.text((String) value);
    }

    @Override
    Object read(JsonParser in) throws IOException {
      if (in.currentToken() != JsonToken.VALUE_STRING) {
        throw BodyProblem.expected("a text", in);
      }
      return in.getText();
    }
  }

  private static final class OfChar extends BodyCodec {
    @Override
    void write(Object value, BodyWriter out) {
      out.text(value.toString());
    }

    @Override
    Object read(JsonParser in) throws IOException {
      if (in.currentToken() != JsonToken.VALUE_STRING || in.getTextLength() != 1) {
        throw BodyProblem.expected("a text of one character", in);
      }
      return in.getText().charAt(0);
    }
  }

  private static final class OfUuid extends BodyCodec {
    @Override
    void write(Object value, BodyWriter out) {
      out.uuid((UUID) value);
    }

    @Override
    Object read(JsonParser in) throws IOException {
      if (in.currentToken() == JsonToken.VALUE_EMBEDDED_OBJECT) {
        byte[] bytes = in.getBinaryValue();
        if (bytes.length == UUID_BYTES) {
          ByteBuffer halves = ByteBuffer.wrap(bytes);
          return new UUID(halves.getLong(), halves.getLong());
        }
      } else if (in.currentToken() == JsonToken.VALUE_STRING && in.getTextLength() == UUID_TEXT) {
        try {
          return UUID.fromString(in.getText());
        } catch (IllegalArgumentException e) {
          throw new BodyProblem("expected a UUID, got another text");
        }
      }
      throw BodyProblem.expected("a UUID", in);
    }
  }

  private static final class OfBytes extends BodyCodec {
    @Override
    void write(Object value, BodyWriter out) {
      out.binary((byte[]) value);
    }

    @Override
    Object read(JsonParser in) throws IOException {
      return binary(in);
    }
  }

  private static final class OfBuffer extends BodyCodec {
    @Override
    void write(Object value, BodyWriter out) {
      out.binary(((Buffer) value).getBytes());
    }

    @Override
    Object read(JsonParser in) throws IOException {
      return Buffer.buffer(binary(in));
    }
  }

  private static byte[] binary(JsonParser in) throws IOException {
    JsonToken token = in.currentToken();
    if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_EMBEDDED_OBJECT) {
      throw BodyProblem.expected("bytes", in);
    }
    try {
      return in.getBinaryValue();
    } catch (IOException | IllegalArgumentException e) {
      throw new BodyProblem("expected bytes in Base64, got another text");
    }
  }
}
