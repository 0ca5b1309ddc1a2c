package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import io.vertebra.contract.Scalar;
import java.io.IOException;
import java.time.Year;

/** Integers of up to 64 bits. A number with a fraction or out of range is no such integer. */
final class IntegerCodec extends BodyCodec {
  private final Scalar scalar;
  private final long smallest;
  private final long largest;
  private final String expected;

  IntegerCodec(Scalar scalar) {
    this.scalar = scalar;
    switch (scalar) {
      case BYTE -> largest = Byte.MAX_VALUE;
      case SHORT -> largest = Short.MAX_VALUE;
      case INT -> largest = Integer.MAX_VALUE;
      case YEAR -> largest = Year.MAX_VALUE;
      default -> largest = Long.MAX_VALUE;
    }
    smallest = scalar == Scalar.YEAR ? Year.MIN_VALUE : -largest - 1;
    expected = "an integer from " + smallest + " to " + largest;
  }

  @Override
  void write(Object value, BodyWriter out) {
    out.number(scalar == Scalar.YEAR ? ((Year) value).getValue() : ((Number) value).longValue());
  }

  @Override
  Object read(JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw BodyProblem.expected(expected, in);
    }
    long value = value(in);
    if (value < smallest || value > largest) {
      throw new BodyProblem("expected " + expected + ", got one out of range");
    }
    return switch (scalar) {
      case BYTE -> (byte) value;
      case SHORT -> (short) value;
      case INT -> (int) value;
      case YEAR -> Year.of((int) value);
      default -> value;
    };
  }

  private long value(JsonParser in) throws IOException {
    try {
      return in.getLongValue();
    } catch (InputCoercionException e) {
      throw new BodyProblem("expected " + expected + ", got one out of range");
    }
  }
}
