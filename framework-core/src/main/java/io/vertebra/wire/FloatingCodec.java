package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** Floating-point numbers. Those that are not finite travel in no direction. */
final class FloatingCodec extends BodyCodec {
  private final boolean single;

  FloatingCodec(boolean single) {
    this.single = single;
  }

  @Override
  void write(Object value, BodyWriter out) {
    double number = ((Number) value).doubleValue();
    if (!Double.isFinite(number)) {
      throw new BodyProblem("is not a finite number");
    }
    if (single) {
      out.number((float) number);
    } else {
      out.number(number);
    }
  }

  @Override
  Object read(JsonParser in) throws IOException {
    JsonToken token = in.currentToken();
    if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
      throw BodyProblem.expected("a number", in);
    }
    // Not one conditional expression: it would turn the float into a double.
    if (single) {
      float number = in.getFloatValue();
      checkFinite(number);
      return number;
    }
    double number = in.getDoubleValue();
    checkFinite(number);
    return number;
  }

  private static void checkFinite(double number) {
    if (!Double.isFinite(number)) {
      throw new BodyProblem("expected a finite number, got one out of range");
    }
  }
}
