package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import org.jspecify.annotations.Nullable;

/**
 * Why a body cannot be written or read, and where. The place is put together while the exception
 * passes through the codecs, so that bodies without a problem pay nothing for it.
 */
final class BodyProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;
  private final StringBuilder place = new StringBuilder();

  BodyProblem(String reason) {
    super(null, null, false, false);
    this.reason = reason;
  }

  static BodyProblem expected(String what, JsonParser in) {
    return new BodyProblem("expected " + what + ", got " + nameOf(in.currentToken()));
  }

  /** Prepends a step, such as {@code .lines} or {@code [3]}. */
  BodyProblem in(String step) {
    place.insert(0, step);
    return this;
  }

  /** The reason with its place below a root. */
  String describe(String root) {
    return root + place + ": " + reason;
  }

  private static String nameOf(@Nullable JsonToken token) {
    if (token == null) {
      return "the end";
    }
    return switch (token) {
      case START_OBJECT, FIELD_NAME, END_OBJECT -> "an object";
      case START_ARRAY, END_ARRAY -> "an array";
      case VALUE_STRING -> "a text";
      case VALUE_NUMBER_INT -> "an integer";
      case VALUE_NUMBER_FLOAT -> "a number with a fraction";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      case VALUE_EMBEDDED_OBJECT -> "bytes";
      case NOT_AVAILABLE -> "nothing";
    };
  }
}
