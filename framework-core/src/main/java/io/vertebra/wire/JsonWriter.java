package io.vertebra.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.UUID;

/** Writes a body as JSON in UTF-8, RFC 8259. */
final class JsonWriter extends BodyWriter {
  private static final String HEX = "0123456789abcdef";
  private static final byte PLAIN = 0;
  private static final byte UNICODE = 1;
  private static final byte[] ESCAPES = escapes();

  private boolean first;

  JsonWriter(boolean canonical, int capacity) {
    super(canonical, capacity);
  }

  @Override
  void startObject() {
    enter();
    raw('{');
    first = true;
  }

  @Override
  void endObject() {
    leave();
    raw('}');
    first = false;
  }

  @Override
  void startArray() {
    enter();
    raw('[');
    first = true;
  }

  @Override
  void endArray() {
    leave();
    raw(']');
    first = false;
  }

  @Override
  void field(FieldName name) {
    element();
    raw(name.json());
  }

  @Override
  void entry(String key) {
    element();
    text(key);
    colon();
  }

  @Override
  void element() {
    if (first) {
      first = false;
    } else {
      raw(',');
    }
  }

  void colon() {
    raw(':');
  }

  @Override
  void text(String value) {
    int length = value.length();
    need(length + 2);
    byte[] target = bytes;
    int end = size;
    target[end++] = '"';
    int i = 0;
    while (i < length) {
      char next = value.charAt(i);
      if (next >= ESCAPES.length || ESCAPES[next] != PLAIN) {
        break;
      }
      target[end++] = (byte) next;
      i++;
    }
    size = end;
    if (i < length) {
      escaped(value, i);
    }
    raw('"');
  }

  private void escaped(String value, int from) {
    int length = value.length();
    for (int i = from; i < length; i++) {
      need(6);
      char next = value.charAt(i);
      if (next < ESCAPES.length) {
        escape(next, ESCAPES[next]);
      } else if (!Character.isSurrogate(next)) {
        utf8(next);
      } else if (Character.isHighSurrogate(next)
          && i + 1 < length
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        utf8(next, value.charAt(++i));
      } else {
        escape(next, UNICODE);
      }
    }
  }

  private void escape(char value, byte how) {
    if (how == PLAIN) {
      bytes[size++] = (byte) value;
      return;
    }
    bytes[size++] = '\\';
    if (how == UNICODE) {
      bytes[size++] = 'u';
      for (int shift = 12; shift >= 0; shift -= 4) {
        bytes[size++] = (byte) HEX.charAt(value >> shift & 0xF);
      }
    } else {
      bytes[size++] = how;
    }
  }

  @Override
  void bool(boolean value) {
    ascii(value ? "true" : "false");
  }

  @Override
  void number(long value) {
    if (value == Long.MIN_VALUE) {
      ascii(Long.toString(value));
      return;
    }
    need(20);
    long rest = value;
    if (rest < 0) {
      bytes[size++] = '-';
      rest = -rest;
    }
    int digits = 1;
    for (long power = rest; power >= 10; power /= 10) {
      digits++;
    }
    for (int at = size + digits - 1; at >= size; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    size += digits;
  }

  @Override
  void number(float value) {
    ascii(Float.toString(value));
  }

  @Override
  void number(double value) {
    ascii(Double.toString(value));
  }

  @Override
  void number(BigInteger value) {
    checkLength(value);
    ascii(value.toString());
  }

  @Override
  void number(BigDecimal value) {
    checkLength(value.unscaledValue());
    ascii((isCanonical() ? value.stripTrailingZeros() : value).toString());
  }

  @Override
  void binary(byte[] value) {
    raw('"');
    raw(Base64.getEncoder().encode(value));
    raw('"');
  }

  @Override
  void uuid(UUID value) {
    raw('"');
    ascii(value.toString());
    raw('"');
  }

  /** For each character of ASCII: how it is escaped, as {@code PLAIN}, {@code UNICODE} or its letter. */
  private static byte[] escapes() {
    byte[] escapes = new byte[128];
    for (int control = 0; control < ' '; control++) {
      escapes[control] = UNICODE;
    }
    escapes['\n'] = 'n';
    escapes['\r'] = 'r';
    escapes['\t'] = 't';
    escapes['"'] = '"';
    escapes['\\'] = '\\';
    return escapes;
  }
}
