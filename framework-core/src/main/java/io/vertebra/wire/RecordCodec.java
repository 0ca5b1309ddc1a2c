package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertebra.contract.Shape.RecordShape;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records. Fields are read in any order but expected in the one in which they are written, so that
 * usually no name is looked up. The record's own constructor has the last word.
 */
final class RecordCodec extends BodyCodec {
  private final RecordShape shape;
  private final MethodHandle constructor;
  private final Map<String, Integer> positions = new HashMap<>();
  private FieldCodec[] fields = {};
  private FieldCodec[] sorted = {};

  RecordCodec(RecordShape shape, MethodHandle constructor) {
    this.shape = shape;
    this.constructor = constructor;
  }

  /** Sets the fields, once: the codecs of a recursive record need this one first. */
  void complete(FieldCodec[] all) {
    fields = all;
    sorted = all.clone();
    Arrays.sort(sorted, Comparator.comparing(FieldCodec::name));
    for (int i = 0; i < all.length; i++) {
      positions.put(all[i].name(), i);
    }
  }

  String typeName() {
    return shape.type().getSimpleName();
  }

  @Override
  String root() {
    return typeName();
  }

  @Override
  void write(Object value, BodyWriter out) {
    out.startObject();
    writeFields(value, out);
  }

  /** Writes the fields and ends the object that was started. */
  void writeFields(Object value, BodyWriter out) {
    for (FieldCodec field : out.isCanonical() ? sorted : fields) {
      field.write(value, out);
    }
    out.endObject();
  }

  @Override
  Object read(JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw BodyProblem.expected("an object", in);
    }
    return readFields(in);
  }

  /** Reads what is left of an object up to its end. */
  Object readFields(JsonParser in) throws IOException {
    @Nullable Object[] values = new Object[fields.length];
    int next = 0;
    while (true) {
      int position;
      if (next < fields.length && in.nextFieldName(fields[next].text())) {
        position = next;
      } else {
        if (next == fields.length) {
          in.nextToken();
        }
        if (in.currentToken() != JsonToken.FIELD_NAME) {
          break;
        }
        Integer known = positions.get(in.currentName());
        if (known == null) {
          in.nextToken();
          in.skipChildren();
          continue;
        }
        position = known;
      }
      fields[position].read(in, values, position);
      next = position + 1;
    }
    if (in.currentToken() != JsonToken.END_OBJECT) {
      throw BodyProblem.expected("a field", in);
    }
    for (int i = 0; i < values.length; i++) {
      if (values[i] == null) {
        values[i] = fields[i].absent();
      }
    }
    return construct(values);
  }

  private Object construct(@Nullable Object[] values) {
    try {
      return (Object) constructor.invokeExact(values);
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable e) {
      throw new BodyProblem(
          "the constructor of " + typeName() + " threw " + e.getClass().getName());
    }
  }
}
