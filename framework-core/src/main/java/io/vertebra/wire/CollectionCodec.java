package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Lists, and sets in the order in which they were written. What is read cannot be modified. */
final class CollectionCodec extends BodyCodec {
  private final BodyCodec element;
  private final boolean set;

  CollectionCodec(BodyCodec element, boolean set) {
    this.element = element;
    this.set = set;
  }

  @Override
  void write(Object value, BodyWriter out) {
    out.startArray();
    if (set && out.isCanonical()) {
      writeSorted((Set<?>) value, out);
    } else {
      int index = 0;
      for (Object each : (Collection<?>) value) {
        out.element();
        writeElement(each, index++, out);
      }
    }
    out.endArray();
  }

  private void writeElement(Object value, int index, BodyWriter out) {
    try {
      if (value == null) {
        throw new BodyProblem("is null");
      }
      element.write(value, out);
    } catch (BodyProblem problem) {
      throw problem.in("[" + index + "]");
    }
  }

  private void writeSorted(Set<?> values, BodyWriter out) {
    List<byte[]> written = new ArrayList<>();
    for (Object value : values) {
      JsonWriter alone = new JsonWriter(true, 64);
      writeElement(value, written.size(), alone);
      written.add(alone.toByteArray());
    }
    written.sort(Arrays::compareUnsigned);
    for (byte[] each : written) {
      out.element();
      out.raw(each);
    }
  }

  @Override
  Object read(JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      throw BodyProblem.expected("an array", in);
    }
    List<Object> values = new ArrayList<>();
    try {
      for (JsonToken token = in.nextToken(); token != JsonToken.END_ARRAY; token = in.nextToken()) {
        if (token == null || token == JsonToken.VALUE_NULL) {
          throw BodyProblem.expected("an element", in);
        }
        values.add(element.read(in));
      }
    } catch (BodyProblem problem) {
      throw problem.in("[" + values.size() + "]");
    }
    return set
        ? Collections.unmodifiableSet(new LinkedHashSet<>(values))
        : Collections.unmodifiableList(values);
  }
}
