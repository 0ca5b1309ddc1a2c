package io.vertebra.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SchemaTest {
  enum Color {
    RED,
    GREEN
  }

  record Line(String sku, int quantity) {}

  record Order(
      long id,
      List<Line> lines,
      Optional<Payment> payment,
      Set<Color> colors,
      Map<String, byte[]> files) {}

  sealed interface Payment {
    record Card(String number) implements Payment {}

    record Cash() implements Payment {}
  }

  record Placed(Order order) {}

  record Rejected(String reason) {}

  static final class Reordered {
    record Order(
        Set<Color> colors,
        Map<String, byte[]> files,
        List<Line> lines,
        Optional<Payment> payment,
        long id) {}

    record Placed(Reordered.Order order) {}
  }

  static final class Other {
    record Line(double weight) {}
  }

  record Both(Line line, Other.Line other) {}

  private static final Request<Order, Placed> PLACE =
      Request.of("orders.place", Order.class, Placed.class).failsWith(Rejected.class);

  @Test
  void a_contract_describes_itself_as_json() {
    assertThat(PLACE.keyedBy(Order::id).toJson()).isEqualTo(new JsonObject("""
        {
          "name": "orders.place",
          "version": 1,
          "kind": "request",
          "keyed": true,
          "idempotent": false,
          "readOnly": false,
          "message": {"$ref": "#/$defs/Order"},
          "reply": {"$ref": "#/$defs/Placed"},
          "failures": {"Rejected": {"$ref": "#/$defs/Rejected"}},
          "$defs": {
            "Order": {
              "type": "object",
              "properties": {
                "id": {"type": "integer", "format": "int64"},
                "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
                "payment": {"$ref": "#/$defs/Payment"},
                "colors": {"type": "array", "uniqueItems": true, "items": {"type": "string", "enum": ["RED", "GREEN"]}},
                "files": {
                  "type": "object",
                  "additionalProperties": {"type": "string", "contentEncoding": "base64", "format": "base64"}
                }
              },
              "required": ["colors", "files", "id", "lines"]
            },
            "Line": {
              "type": "object",
              "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer", "format": "int32"}},
              "required": ["quantity", "sku"]
            },
            "Payment": {
              "oneOf": [
                {"$ref": "#/$defs/Card", "properties": {"@type": {"const": "Card"}}, "required": ["@type"]},
                {"$ref": "#/$defs/Cash", "properties": {"@type": {"const": "Cash"}}, "required": ["@type"]}
              ]
            },
            "Card": {"type": "object", "properties": {"number": {"type": "string"}}, "required": ["number"]},
            "Cash": {"type": "object", "properties": {}, "required": []},
            "Placed": {"type": "object", "properties": {"order": {"$ref": "#/$defs/Order"}}, "required": ["order"]},
            "Rejected": {"type": "object", "properties": {"reason": {"type": "string"}}, "required": ["reason"]}
          }
        }
        """));
  }

  @Test
  void the_schema_of_a_message_stands_on_its_own() {
    JsonObject schema = Topic.of("lines", Line.class).schema();

    assertThat(schema).isEqualTo(new JsonObject("""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$ref": "#/$defs/Line",
          "$defs": {
            "Line": {
              "type": "object",
              "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer", "format": "int32"}},
              "required": ["quantity", "sku"]
            }
          }
        }
        """));
  }

  @Test
  void two_types_with_one_simple_name_are_told_apart() {
    assertThat(Topic.of("both", Both.class).schema().getJsonObject("$defs").fieldNames())
        .containsExactly("Both", "Line", "Line2");
  }

  @Test
  void the_fingerprint_is_the_same_in_every_process() {
    assertThat(PLACE.fingerprint()).isEqualTo("70288ea979e87e10dd1b7a2a1f801a3c");
  }

  @Test
  void the_fingerprint_does_not_depend_on_key_functions_or_the_order_of_components() {
    assertThat(PLACE.keyedBy(Order::id).fingerprint())
        .isEqualTo(PLACE.keyedBy(Order::lines).fingerprint());
    assertThat(Request.of("orders.place", Reordered.Order.class, Reordered.Placed.class)
            .failsWith(Rejected.class)
            .fingerprint())
        .isEqualTo(PLACE.fingerprint());
  }

  @Test
  void the_fingerprint_depends_on_name_version_types_failures_and_traits() {
    assertThat(Set.of(
            PLACE.fingerprint(),
            PLACE.withVersion(2).fingerprint(),
            PLACE.readOnly().fingerprint(),
            PLACE.keyedBy(Order::id).fingerprint(),
            PLACE.idempotentBy(Order::id).fingerprint(),
            PLACE.failsWith(Line.class).fingerprint(),
            Request.of("orders.put", Order.class, Placed.class)
                .failsWith(Rejected.class)
                .fingerprint(),
            Request.of("orders.place", Order.class, Line.class)
                .failsWith(Rejected.class)
                .fingerprint()))
        .hasSize(8);
  }
}
