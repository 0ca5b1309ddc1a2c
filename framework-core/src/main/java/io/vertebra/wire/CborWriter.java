package io.vertebra.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.UUID;

/** Writes a body as CBOR, RFC 8949. Objects and arrays have no length in front. */
final class CborWriter extends BodyWriter {
  private static final int UNSIGNED = 0x00;
  private static final int NEGATIVE = 0x20;
  private static final int BYTES = 0x40;
  private static final int TEXT = 0x60;
  private static final int ARRAY = 0x80;
  private static final int TAG = 0xC0;
  private static final int TAG_DECIMAL = 4;

  CborWriter(int capacity) {
    super(false, capacity);
  }

  @Override
  void startObject() {
    enter();
    raw(0xBF);
  }

  @Override
  void endObject() {
    leave();
    raw(0xFF);
  }

  @Override
  void startArray() {
    enter();
    raw(0x9F);
  }

  @Override
  void endArray() {
    leave();
    raw(0xFF);
  }

  @Override
  void field(FieldName name) {
    raw(name.cbor());
  }

  @Override
  void entry(String key) {
    text(key);
  }

  @Override
  void element() {}

  @Override
  void text(String value) {
    int length = value.length();
    int start = size;
    head(TEXT, length);
    need(length);
    byte[] target = bytes;
    int end = size;
    for (int i = 0; i < length; i++) {
      char next = value.charAt(i);
      if (next >= 0x80) {
        size = start;
        unicode(value);
        return;
      }
      target[end++] = (byte) next;
    }
    size = end;
  }

  private void unicode(String value) {
    int length = value.length();
    long encoded = 0;
    for (int i = 0; i < length; i++) {
      char next = value.charAt(i);
      if (!Character.isSurrogate(next)) {
        encoded += next < 0x80 ? 1 : next < 0x800 ? 2 : 3;
      } else if (Character.isHighSurrogate(next)
          && i + 1 < length
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        encoded += 4;
        i++;
      } else {
        throw new BodyProblem("has half of a surrogate pair, which CBOR cannot carry");
      }
    }
    head(TEXT, encoded);
    need((int) Math.min(encoded, Integer.MAX_VALUE));
    for (int i = 0; i < length; i++) {
      char next = value.charAt(i);
      if (next < 0x80) {
        bytes[size++] = (byte) next;
      } else if (Character.isSurrogate(next)) {
        utf8(next, value.charAt(++i));
      } else {
        utf8(next);
      }
    }
  }

  @Override
  void bool(boolean value) {
    raw(value ? 0xF5 : 0xF4);
  }

  @Override
  void number(long value) {
    if (value >= 0) {
      head(UNSIGNED, value);
    } else {
      head(NEGATIVE, ~value);
    }
  }

  @Override
  void number(float value) {
    raw(0xFA);
    fixed(Float.floatToIntBits(value), 4);
  }

  @Override
  void number(double value) {
    raw(0xFB);
    fixed(Double.doubleToLongBits(value), 8);
  }

  // Tags 2 and 3 would be the standard's way to write longer ones. But Jackson reads negative ones
  // wrong by one, as it writes them, and who reads a text at least sees what it is.
  @Override
  void number(BigInteger value) {
    checkLength(value);
    if (value.bitLength() < Long.SIZE) {
      number(value.longValue());
    } else {
      text(value.toString());
    }
  }

  @Override
  void number(BigDecimal value) {
    BigInteger mantissa = value.unscaledValue();
    checkLength(mantissa);
    if (mantissa.bitLength() < Long.SIZE) {
      head(TAG, TAG_DECIMAL);
      head(ARRAY, 2);
      number(-(long) value.scale());
      number(mantissa.longValue());
    } else {
      text(value.toString());
    }
  }

  @Override
  void binary(byte[] value) {
    head(BYTES, value.length);
    raw(value);
  }

  @Override
  void uuid(UUID value) {
    head(BYTES, 16);
    fixed(value.getMostSignificantBits(), 8);
    fixed(value.getLeastSignificantBits(), 8);
  }

  private void head(int kind, long value) {
    if (value < 24) {
      raw(kind | (int) value);
    } else if (value <= 0xFF) {
      raw(kind | 24);
      fixed(value, 1);
    } else if (value <= 0xFFFF) {
      raw(kind | 25);
      fixed(value, 2);
    } else if (value <= 0xFFFFFFFFL) {
      raw(kind | 26);
      fixed(value, 4);
    } else {
      raw(kind | 27);
      fixed(value, 8);
    }
  }

  private void fixed(long value, int length) {
    need(length);
    for (int shift = 8 * (length - 1); shift >= 0; shift -= 8) {
      bytes[size++] = (byte) (value >> shift);
    }
  }
}
