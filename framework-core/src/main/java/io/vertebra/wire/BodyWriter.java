package io.vertebra.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.UUID;

/**
 * Writes one body into a growing array. It does what a generator of Jackson does, in half of its
 * time: it writes names that are encoded already, and has no buffer to fetch, copy and give back.
 */
abstract class BodyWriter {
  /** What {@code StreamReadConstraints} lets a reader accept. */
  private static final int DEEPEST = 1000;

  private static final int LONGEST_NUMBER_BITS = 3156; // 950 digits

  byte[] bytes;
  int size;
  private int depth;
  private final boolean canonical;

  BodyWriter(boolean canonical, int capacity) {
    this.canonical = canonical;
    this.bytes = new byte[capacity];
  }

  /** Whether equal messages have to be written as equal bytes. */
  final boolean isCanonical() {
    return canonical;
  }

  abstract void startObject();

  abstract void endObject();

  abstract void startArray();

  abstract void endArray();

  /** Begins a field of an object. */
  abstract void field(FieldName name);

  /** Begins an entry of a map. */
  abstract void entry(String key);

  /** Begins an element of an array. */
  abstract void element();

  abstract void text(String value);

  abstract void bool(boolean value);

  abstract void number(long value);

  abstract void number(float value);

  abstract void number(double value);

  abstract void number(BigInteger value);

  abstract void number(BigDecimal value);

  abstract void binary(byte[] value);

  abstract void uuid(UUID value);

  final byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** Makes room for so many more bytes. */
  final void need(int more) {
    if (more > bytes.length - size) {
      long wanted = Math.max(size + (long) more, bytes.length * 2L);
      if (wanted > Integer.MAX_VALUE - 8) {
        throw new BodyProblem("is larger than an array can be");
      }
      bytes = Arrays.copyOf(bytes, (int) wanted);
    }
  }

  final void raw(byte[] value) {
    need(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
  }

  final void raw(int value) {
    need(1);
    bytes[size++] = (byte) value;
  }

  final void ascii(String value) {
    int length = value.length();
    need(length);
    for (int i = 0; i < length; i++) {
      bytes[size++] = (byte) value.charAt(i);
    }
  }

  /** Writes a character outside of ASCII that is no surrogate, in UTF-8; there is room for it. */
  final void utf8(char value) {
    if (value < 0x800) {
      bytes[size++] = (byte) (0xC0 | (value >> 6));
    } else {
      bytes[size++] = (byte) (0xE0 | (value >> 12));
      bytes[size++] = (byte) (0x80 | ((value >> 6) & 0x3F));
    }
    bytes[size++] = (byte) (0x80 | (value & 0x3F));
  }

  /** Writes the character of a surrogate pair in UTF-8; there is room for it. */
  final void utf8(char high, char low) {
    int value = Character.toCodePoint(high, low);
    bytes[size++] = (byte) (0xF0 | (value >> 18));
    bytes[size++] = (byte) (0x80 | ((value >> 12) & 0x3F));
    bytes[size++] = (byte) (0x80 | ((value >> 6) & 0x3F));
    bytes[size++] = (byte) (0x80 | (value & 0x3F));
  }

  final void enter() {
    if (++depth > DEEPEST) {
      throw new BodyProblem("is nested deeper than " + DEEPEST + " levels");
    }
  }

  final void leave() {
    depth--;
  }

  static void checkLength(BigInteger value) {
    if (value.bitLength() > LONGEST_NUMBER_BITS) {
      throw new BodyProblem("has more than 950 digits");
    }
  }
}
