package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Moves the type field of an object to its front, and those of all objects inside it too, so that
 * however deep they are nested everything is moved only once.
 */
final class TypeFirst {
  private static final ObjectMapper TREES = JsonMapper.builder()
      .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
      .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
      .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
      .build();

  private TypeFirst() {}

  /** A parser in front of the object whose first field name, or end, is the current token. */
  static JsonParser reorder(JsonParser in, String typeField) throws IOException {
    JsonNode tree = TREES.readTree(in);
    reorder(tree, typeField);
    return TREES.treeAsTokens(tree);
  }

  private static void reorder(JsonNode node, String typeField) {
    if (node instanceof ObjectNode object && object.has(typeField)) {
      Map<String, JsonNode> fields = new LinkedHashMap<>();
      fields.put(typeField, object.get(typeField));
      object.fields().forEachRemaining(field -> fields.put(field.getKey(), field.getValue()));
      object.removeAll();
      object.setAll(fields);
    }
    for (JsonNode child : node) {
      reorder(child, typeField);
    }
  }
}
