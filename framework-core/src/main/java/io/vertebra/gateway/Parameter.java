package io.vertebra.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import io.vertebra.contract.Scalar;
import io.vertebra.contract.Shape;
import io.vertebra.contract.Shape.EnumShape;
import io.vertebra.contract.Shape.Field;
import io.vertebra.contract.Shape.ListShape;
import io.vertebra.contract.Shape.SetShape;
import io.vertebra.error.GatewayException;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A field of a message that texts of a URL or header can hold.
 *
 * @param field its name
 * @param kind how its text becomes JSON
 * @param isMany whether it is a list or a set, which holds a text for each time it is given
 */
record Parameter(String field, Kind kind, boolean isMany) {
  // What JSON takes for a number, of bounded length.
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]{0,999})(\\.[0-9]{1,999})?([eE][+-]?[0-9]{1,9})?");

  /** How a text becomes JSON. */
  enum Kind {
    TEXT,
    NUMBER,
    BOOLEAN
  }

  /** The parameter for a field, or null if no texts can hold it. */
  static @Nullable Parameter find(Field field) {
    Shape shape = field.shape();
    boolean many = false;
    if (shape instanceof ListShape list) {
      shape = list.element();
      many = true;
    } else if (shape instanceof SetShape set) {
      shape = set.element();
      many = true;
    }
    if (shape instanceof EnumShape) {
      return new Parameter(field.name(), Kind.TEXT, many);
    }
    return shape instanceof Scalar scalar ? new Parameter(field.name(), kind(scalar), many) : null;
  }

  private static Kind kind(Scalar scalar) {
    return switch (scalar) {
      case BOOLEAN -> Kind.BOOLEAN;
      case BYTE, SHORT, INT, LONG, BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL, YEAR -> Kind.NUMBER;
      default -> Kind.TEXT;
    };
  }

  /** Writes the value that the texts are. */
  void write(List<String> texts, JsonGenerator out, String message) throws IOException {
    if (!isMany) {
      if (texts.size() > 1) {
        throw GatewayException.badRequest(
            message + "." + field + ": the request gives it more than once");
      }
      write(texts.get(0), out, message);
      return;
    }
    out.writeStartArray();
    for (String text : texts) {
      write(text, out, message);
    }
    out.writeEndArray();
  }

  private void write(String text, JsonGenerator out, String message) throws IOException {
    switch (kind) {
      case TEXT -> out.writeString(text);
      case NUMBER -> {
        if (!NUMBER.matcher(text).matches()) {
          throw GatewayException.badRequest(
              message + "." + field + ": expected a number, got another text");
        }
        out.writeNumber(text);
      }
      case BOOLEAN -> {
        if (!text.equals("true") && !text.equals("false")) {
          throw GatewayException.badRequest(
              message + "." + field + ": expected true or false, got another text");
        }
        out.writeBoolean(text.equals("true"));
      }
    }
  }
}
