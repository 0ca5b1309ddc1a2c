package io.vertebra.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.TreeSet;

/** A hash of JSON that does not depend on the order of fields: the first 128 bits of SHA-256. */
final class Fingerprint {
  private static final int BYTES = 16;

  private Fingerprint() {}

  static String of(JsonObject json) {
    StringBuilder text = new StringBuilder();
    append(text, json);
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256")
          .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(Arrays.copyOf(hash, BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  private static void append(StringBuilder text, Object value) {
    if (value instanceof JsonObject object) {
      text.append('{');
      for (String key : new TreeSet<>(object.fieldNames())) {
        text.append(key).append(':');
        append(text, object.getValue(key));
        text.append(',');
      }
      text.append('}');
    } else if (value instanceof JsonArray array) {
      text.append('[');
      for (Object element : array) {
        append(text, element);
        text.append(',');
      }
      text.append(']');
    } else {
      text.append(value);
    }
  }
}
