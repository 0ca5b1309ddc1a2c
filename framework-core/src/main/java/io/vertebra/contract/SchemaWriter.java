package io.vertebra.contract;

import io.vertebra.contract.Shape.ChoiceShape;
import io.vertebra.contract.Shape.EnumShape;
import io.vertebra.contract.Shape.Field;
import io.vertebra.contract.Shape.ListShape;
import io.vertebra.contract.Shape.MapShape;
import io.vertebra.contract.Shape.Presence;
import io.vertebra.contract.Shape.RecordShape;
import io.vertebra.contract.Shape.SetShape;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes shapes as JSON Schema 2020-12. Records and sealed interfaces become definitions, so that
 * recursive ones end; two with the same simple name are told apart by a number.
 */
final class SchemaWriter {
  /** Where a message says which member of a sealed interface it is. No Java name contains an at sign. */
  static final String TYPE_FIELD = "@type";

  private final ShapeReader shapes;
  private final IdentityHashMap<Shape, String> names = new IdentityHashMap<>();
  private final JsonObject definitions = new JsonObject();

  SchemaWriter(String contract) {
    this.shapes = new ShapeReader(contract);
  }

  static JsonObject document(Shape shape) {
    SchemaWriter writer = new SchemaWriter(shape.toString());
    JsonObject document =
        new JsonObject().put("$schema", "https://json-schema.org/draft/2020-12/schema");
    document.mergeIn(writer.write(shape));
    return document.put("$defs", writer.definitions());
  }

  /** The definitions that the schemas written so far refer to. */
  JsonObject definitions() {
    return definitions;
  }

  JsonObject write(Class<?> messageType) {
    return write(shapes.message(messageType));
  }

  private JsonObject write(Shape shape) {
    if (shape instanceof Scalar scalar) {
      return scalar.schema();
    }
    if (shape instanceof EnumShape enumeration) {
      List<String> constants = new ArrayList<>();
      for (Enum<?> constant : enumeration.type().getEnumConstants()) {
        constants.add(constant.name());
      }
      return new JsonObject().put("type", "string").put("enum", new JsonArray(constants));
    }
    if (shape instanceof ListShape list) {
      return new JsonObject().put("type", "array").put("items", write(list.element()));
    }
    if (shape instanceof SetShape set) {
      return new JsonObject()
          .put("type", "array")
          .put("uniqueItems", true)
          .put("items", write(set.element()));
    }
    if (shape instanceof MapShape map) {
      return new JsonObject().put("type", "object").put("additionalProperties", write(map.value()));
    }
    return new JsonObject().put("$ref", "#/$defs/" + define(shape));
  }

  private String define(Shape shape) {
    String known = names.get(shape);
    if (known != null) {
      return known;
    }
    String name = freeName(shape.toString());
    names.put(shape, name);
    JsonObject definition = new JsonObject();
    definitions.put(name, definition);
    if (shape instanceof RecordShape record) {
      describe(record, definition);
    } else if (shape instanceof ChoiceShape choice) {
      describe(choice, definition);
    }
    return name;
  }

  private void describe(RecordShape record, JsonObject definition) {
    JsonObject properties = new JsonObject();
    Set<String> required = new TreeSet<>();
    for (Field field : record.fields()) {
      properties.put(field.name(), write(field.shape()));
      if (field.presence() == Presence.REQUIRED) {
        required.add(field.name());
      }
    }
    definition
        .put("type", "object")
        .put("properties", properties)
        .put("required", new JsonArray(List.copyOf(required)));
  }

  private void describe(ChoiceShape choice, JsonObject definition) {
    JsonArray members = new JsonArray();
    choice
        .members()
        .forEach((name, record) -> members.add(write(record)
            .put(
                "properties", new JsonObject().put(TYPE_FIELD, new JsonObject().put("const", name)))
            .put("required", new JsonArray().add(TYPE_FIELD))));
    definition.put("oneOf", members);
  }

  private String freeName(String shapeName) {
    String name = shapeName.replace("<", "Of").replace(", ", "And").replace(">", "");
    String free = name;
    for (int number = 2; definitions.containsKey(free); number++) {
      free = name + number;
    }
    return free;
  }
}
