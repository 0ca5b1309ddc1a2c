package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.SerializableString;
import io.vertebra.contract.Shape.Presence;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One component of a record. */
final class FieldCodec {
  private final FieldName name;
  private final BodyCodec codec;
  private final MethodHandle accessor;
  private final Presence presence;

  FieldCodec(FieldName name, BodyCodec codec, MethodHandle accessor, Presence presence) {
    this.name = name;
    this.codec = codec;
    this.accessor = accessor;
    this.presence = presence;
  }

  String name() {
    return name.name();
  }

  SerializableString text() {
    return name.text();
  }

  void write(Object owner, BodyWriter out) {
    try {
      Object value = value(owner);
      if (presence == Presence.OPTIONAL && value != null) {
        Optional<?> optional = (Optional<?>) value;
        if (optional.isEmpty()) {
          return;
        }
        value = optional.get();
      }
      if (value != null) {
        out.field(name);
        codec.write(value, out);
      } else if (presence != Presence.NULLABLE) {
        throw new BodyProblem("is null");
      }
    } catch (BodyProblem problem) {
      throw problem.in("." + name.name());
    }
  }

  private @Nullable Object value(Object owner) {
    try {
      return (Object) accessor.invokeExact(owner);
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable e) {
      throw new BodyProblem("its accessor threw " + e.getClass().getName());
    }
  }

  /** Reads the value after the name into its place; null stays away, as if the field were missing. */
  void read(JsonParser in, @Nullable Object[] values, int position) throws IOException {
    try {
      if (in.nextToken() == JsonToken.VALUE_NULL) {
        return;
      }
      if (values[position] != null) {
        throw new BodyProblem("appears twice");
      }
      Object value = codec.read(in);
      values[position] = presence == Presence.OPTIONAL ? Optional.of(value) : value;
    } catch (BodyProblem problem) {
      throw problem.in("." + name.name());
    }
  }

  /** What stands for a missing field. */
  @Nullable
  Object absent() {
    return switch (presence) {
      case REQUIRED ->
        throw new BodyProblem("a required field is missing or null").in("." + name.name());
      case OPTIONAL -> Optional.empty();
      case NULLABLE -> null;
    };
  }
}
