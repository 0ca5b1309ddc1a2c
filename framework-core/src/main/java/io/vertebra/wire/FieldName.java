package io.vertebra.wire;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;

/** The name of a field, written once for each format. Names of Java components need no escapes in JSON. */
final class FieldName {
  private final String name;
  private final SerializableString text;
  private final byte[] json;
  private final byte[] cbor;

  FieldName(String name) {
    this.name = name;
    this.text = new SerializedString(name);
    JsonWriter inJson = new JsonWriter(false, name.length() + 3);
    inJson.text(name);
    inJson.colon();
    this.json = inJson.toByteArray();
    CborWriter inCbor = new CborWriter(name.length() + 3);
    inCbor.text(name);
    this.cbor = inCbor.toByteArray();
  }

  String name() {
    return name;
  }

  /** For a parser that can compare its input with it. */
  SerializableString text() {
    return text;
  }

  /** The name in quotes, with a colon. Not to be changed. */
  byte[] json() {
    return json;
  }

  /** The name as a text string. Not to be changed. */
  byte[] cbor() {
    return cbor;
  }
}
