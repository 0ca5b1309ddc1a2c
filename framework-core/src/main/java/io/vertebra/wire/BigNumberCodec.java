package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Numbers without a fixed size, exact to the last digit. They may also arrive as text: the CBOR writer
 * does that to long ones, and so do clients whose own numbers would round them.
 */
final class BigNumberCodec extends BodyCodec {
  /** What {@code StreamReadConstraints} accepts of a number. */
  private static final int LONGEST_TEXT = 1000;

  private final boolean decimal;

  BigNumberCodec(boolean decimal) {
    this.decimal = decimal;
  }

  @Override
  void write(Object value, BodyWriter out) {
    if (decimal) {
      out.number((BigDecimal) value);
    } else {
      out.number((BigInteger) value);
    }
  }

  @Override
  Object read(JsonParser in) throws IOException {
    JsonToken token = in.currentToken();
    try {
      if (token == JsonToken.VALUE_NUMBER_INT
          || (decimal && token == JsonToken.VALUE_NUMBER_FLOAT)) {
        return decimal ? in.getDecimalValue() : in.getBigIntegerValue();
      }
      if (token == JsonToken.VALUE_STRING && in.getTextLength() <= LONGEST_TEXT) {
        return decimal ? new BigDecimal(in.getText()) : new BigInteger(in.getText());
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw new BodyProblem(
          "expected " + expected() + ", got one that is not finite or another text");
    }
    throw BodyProblem.expected(expected(), in);
  }

  private String expected() {
    return decimal ? "a number" : "an integer";
  }
}
