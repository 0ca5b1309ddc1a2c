package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Constants, by name. */
final class EnumCodec extends BodyCodec {
  private final String expected;
  private final Map<String, Object> constants = new HashMap<>();

  EnumCodec(Class<? extends Enum<?>> type) {
    this.expected = "a constant of " + type.getSimpleName();
    for (Enum<?> constant : type.getEnumConstants()) {
      constants.put(constant.name(), constant);
    }
  }

  @Override
  void write(Object value, BodyWriter out) {
    out.text(((Enum<?>) value).name());
  }

  @Override
  Object read(JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw BodyProblem.expected(expected, in);
    }
    Object constant = constants.get(in.getText());
    if (constant == null) {
      throw new BodyProblem("expected " + expected + ", got another text");
    }
    return constant;
  }
}
