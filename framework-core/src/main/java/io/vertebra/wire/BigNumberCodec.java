package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Numbers without a fixed size, exact to the last digit. */
final class BigNumberCodec extends BodyCodec {
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
    if (token != JsonToken.VALUE_NUMBER_INT
        && !(decimal && token == JsonToken.VALUE_NUMBER_FLOAT)) {
      throw BodyProblem.expected(decimal ? "a number" : "an integer", in);
    }
    try {
      return decimal ? in.getDecimalValue() : in.getBigIntegerValue();
    } catch (ArithmeticException | NumberFormatException e) {
      throw new BodyProblem("expected a number, got one that is not finite or too long");
    }
  }
}
