package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Maps from texts, in the order in which they were written. Keys are content, so problems do not name them. */
final class MapCodec extends BodyCodec {
  /** Below what {@code StreamReadConstraints} lets a reader accept, 50,000, also in UTF-8. */
  private static final int LONGEST_KEY = 16_000;

  private final BodyCodec element;

  MapCodec(BodyCodec element) {
    this.element = element;
  }

  @Override
  void write(Object value, BodyWriter out) {
    out.startObject();
    Map<?, ?> map = (Map<?, ?>) value;
    for (Map.Entry<?, ?> entry : (out.isCanonical() ? new TreeMap<>(map) : map).entrySet()) {
      try {
        writeEntry(entry.getKey(), entry.getValue(), out);
      } catch (BodyProblem problem) {
        throw problem.in("{}");
      }
    }
    out.endObject();
  }

  private void writeEntry(Object key, Object value, BodyWriter out) {
    if (key == null || value == null) {
      throw new BodyProblem("is null");
    }
    String name = (String) key;
    if (name.length() > LONGEST_KEY) {
      throw new BodyProblem("has a key that is too long");
    }
    out.entry(name);
    element.write(value, out);
  }

  @Override
  Object read(JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw BodyProblem.expected("an object", in);
    }
    Map<String, Object> values = new LinkedHashMap<>();
    try {
      for (String key = in.nextFieldName(); key != null; key = in.nextFieldName()) {
        if (in.nextToken() == JsonToken.VALUE_NULL) {
          throw BodyProblem.expected("a value", in);
        }
        if (values.put(key, element.read(in)) != null) {
          throw new BodyProblem("the same key appears twice");
        }
      }
      if (in.currentToken() != JsonToken.END_OBJECT) {
        throw BodyProblem.expected("a key", in);
      }
    } catch (BodyProblem problem) {
      throw problem.in("{}");
    }
    return Collections.unmodifiableMap(values);
  }
}
