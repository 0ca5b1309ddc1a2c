package io.vertebra.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares two schemas that {@link SchemaWriter} made, here or on another node, and says of each
 * difference whether data written by one form can be read by the other. Readers ignore fields they
 * do not know; numbers may become wider; nothing else about a type may change.
 */
final class SchemaDiff {
  private static final JsonObject NOTHING = new JsonObject();
  /** Which formats a reader accepts besides its own. */
  private static final Map<String, Set<String>> NARROWER = Map.of(
      "int16", Set.of("int8"),
      "int32", Set.of("int8", "int16"),
      "int64", Set.of("int8", "int16", "int32"),
      "big-integer", Set.of("int8", "int16", "int32", "int64"),
      "float", Set.of("int8", "int16"),
      "double", Set.of("int8", "int16", "int32", "float"),
      "decimal", Set.of("int8", "int16", "int32", "int64", "big-integer", "float", "double"));

  private final JsonObject beforeDefinitions;
  private final JsonObject afterDefinitions;
  private final Sink sink;
  private final Set<String> compared = new HashSet<>();

  SchemaDiff(JsonObject before, JsonObject after, Sink sink) {
    this.beforeDefinitions = object(before, "$defs");
    this.afterDefinitions = object(after, "$defs");
    this.sink = sink;
  }

  /** Takes what is found. */
  interface Sink {
    /** A difference; {@code newReadsOld}: what the old form wrote can be read by the new one. */
    void add(String path, String text, boolean newReadsOld, boolean oldReadsNew);
  }

  /** The root of paths: the name of the message's definition. */
  static String rootOf(JsonObject schema) {
    String reference = text(schema, "$ref");
    return reference == null ? "message" : reference.substring(reference.lastIndexOf('/') + 1);
  }

  void compare(JsonObject before, JsonObject after, String path) {
    String oldReference = text(before, "$ref");
    String nowReference = text(after, "$ref");
    if (oldReference != null
        && nowReference != null
        && !compared.add(oldReference + " " + nowReference)) {
      return;
    }
    JsonObject old = resolve(before, beforeDefinitions);
    JsonObject now = resolve(after, afterDefinitions);
    String oldKind = kind(old);
    String nowKind = kind(now);
    if (!oldKind.equals(nowKind)) {
      boolean newReadsOld = NARROWER.getOrDefault(nowKind, Set.of()).contains(oldKind);
      boolean oldReadsNew = NARROWER.getOrDefault(oldKind, Set.of()).contains(nowKind);
      sink.add(path, oldKind + " became " + nowKind, newReadsOld, oldReadsNew);
      return;
    }
    switch (oldKind) {
      case "record" -> compareFields(old, now, path);
      case "choice" -> compareMembers(members(old), members(now), path);
      case "enum" -> compareConstants(texts(old, "enum"), texts(now, "enum"), path);
      case "map" ->
        compare(
            object(old, "additionalProperties"), object(now, "additionalProperties"), path + "{}");
      case "list", "set" -> compare(object(old, "items"), object(now, "items"), path + "[]");
      default -> {}
    }
  }

  private void compareFields(JsonObject old, JsonObject now, String path) {
    JsonObject oldFields = object(old, "properties");
    JsonObject nowFields = object(now, "properties");
    Set<String> oldRequired = texts(old, "required");
    Set<String> nowRequired = texts(now, "required");
    for (String field : union(oldFields.fieldNames(), nowFields.fieldNames())) {
      String fieldPath = path + "." + field;
      boolean wasRequired = oldRequired.contains(field);
      boolean isRequired = nowRequired.contains(field);
      if (!oldFields.containsKey(field)) {
        sink.add(
            fieldPath,
            isRequired ? "a required field was added" : "an optional field was added",
            !isRequired,
            true);
      } else if (!nowFields.containsKey(field)) {
        sink.add(
            fieldPath,
            wasRequired ? "a required field was removed" : "an optional field was removed",
            true,
            !wasRequired);
      } else {
        if (wasRequired != isRequired) {
          sink.add(
              fieldPath,
              isRequired ? "became required" : "became optional",
              !isRequired,
              isRequired);
        }
        compare(object(oldFields, field), object(nowFields, field), fieldPath);
      }
    }
  }

  /** Named alternatives, of which the writer's have to be known to the reader. */
  void compareMembers(Map<String, JsonObject> old, Map<String, JsonObject> now, String path) {
    for (String member : union(old.keySet(), now.keySet())) {
      String memberPath = path + "(" + member + ")";
      JsonObject before = old.get(member);
      JsonObject after = now.get(member);
      if (before == null) {
        sink.add(memberPath, "was added", true, false);
      } else if (after == null) {
        sink.add(memberPath, "was removed", false, true);
      } else {
        compare(before, after, memberPath);
      }
    }
  }

  private void compareConstants(Set<String> old, Set<String> now, String path) {
    for (String constant : union(old, now)) {
      if (!old.contains(constant)) {
        sink.add(path, "the constant " + constant + " was added", true, false);
      } else if (!now.contains(constant)) {
        sink.add(path, "the constant " + constant + " was removed", false, true);
      }
    }
  }

  private static String kind(JsonObject schema) {
    if (schema.containsKey("oneOf")) {
      return "choice";
    }
    if (schema.containsKey("enum")) {
      return "enum";
    }
    String type = String.valueOf(text(schema, "type"));
    return switch (type) {
      case "object" -> schema.containsKey("additionalProperties") ? "map" : "record";
      case "array" -> Boolean.TRUE.equals(schema.getValue("uniqueItems")) ? "set" : "list";
      default -> {
        String format = text(schema, "format");
        yield format == null ? type : format;
      }
    };
  }

  /** The members of a sealed interface, each as a bare reference to its record. */
  private static Map<String, JsonObject> members(JsonObject choice) {
    Map<String, JsonObject> members = new TreeMap<>();
    if (choice.getValue("oneOf") instanceof JsonArray all) {
      for (Object member : all) {
        if (member instanceof JsonObject schema) {
          String name =
              text(object(object(schema, "properties"), SchemaWriter.TYPE_FIELD), "const");
          members.put(String.valueOf(name), new JsonObject().put("$ref", text(schema, "$ref")));
        }
      }
    }
    return members;
  }

  private static JsonObject resolve(JsonObject schema, JsonObject definitions) {
    String reference = text(schema, "$ref");
    return reference == null
        ? schema
        : object(definitions, reference.substring(reference.lastIndexOf('/') + 1));
  }

  /** The object at a key, or an empty one: what other nodes send may be anything. */
  static JsonObject object(JsonObject json, String key) {
    return json.getValue(key) instanceof JsonObject object ? object : NOTHING;
  }

  static @Nullable String text(JsonObject json, String key) {
    return json.getValue(key) instanceof String text ? text : null;
  }

  private static Set<String> texts(JsonObject json, String key) {
    Set<String> texts = new TreeSet<>();
    if (json.getValue(key) instanceof JsonArray array) {
      for (Object element : array) {
        texts.add(String.valueOf(element));
      }
    }
    return texts;
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    Set<String> all = new TreeSet<>(one);
    all.addAll(other);
    return all;
  }
}
