package io.vertebra.contract;

import io.vertebra.error.ContractException;
import io.vertx.core.json.JsonObject;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The typed description of one conversation: its name, its version and the types of its messages.
 * Contracts are constants; each {@code with} method answers a changed copy.
 */
public abstract sealed class Contract permits Request, Topic {
  private static final int LONGEST_NAME = 200;
  private static final Pattern NAME =
      Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*(\\.[a-z0-9]+(-[a-z0-9]+)*)*");

  private final String name;
  private final int version;
  private final String id;
  private @Nullable String fingerprint;

  Contract(String name, int version) {
    if (name.length() > LONGEST_NAME) {
      throw ContractException.invalid(
          name.substring(0, LONGEST_NAME) + "...",
          "its name is longer than " + LONGEST_NAME + " characters");
    }
    if (!NAME.matcher(name).matches()) {
      throw ContractException.invalid(
          name,
          "its name is not made of lower-case words joined by dots and dashes, as in 'stock.reserve-line'");
    }
    if (version < 1) {
      throw ContractException.invalid(name, "its version " + version + " is less than 1");
    }
    this.name = name;
    this.version = version;
    this.id = version == 1 ? name : name + "@" + version;
  }

  /** The name on the wire, for instance {@code stock.reserve}. */
  public final String name() {
    return name;
  }

  /** The version, 1 unless declared otherwise. Versions of one name are separate conversations. */
  public final int version() {
    return version;
  }

  /**
   * What tells conversations apart, for instance {@code stock.reserve}, and {@code stock.reserve@2}
   * for its second version.
   */
  public final String id() {
    return id;
  }

  /** The type that callers and publishers send. */
  public abstract Class<?> messageType();

  /** The message type as a JSON Schema 2020-12 that stands on its own. */
  public final JsonObject schema() {
    return Shape.of(messageType()).toSchema();
  }

  /**
   * A hash of {@link #toJson()}: 32 hexadecimal digits, the same in every process whose contract
   * has the same name, version, types, failures and traits. What the key functions do does not count.
   */
  public final String fingerprint() {
    String known = fingerprint;
    if (known == null) {
      known = Fingerprint.of(toJson());
      fingerprint = known;
    }
    return known;
  }

  /**
   * The contract as data, which {@link Compatibility} compares: name, version, traits, and the types
   * of its messages as JSON Schema 2020-12 with common definitions in {@code $defs}.
   */
  public final JsonObject toJson() {
    SchemaWriter schemas = new SchemaWriter(name);
    JsonObject json = new JsonObject().put("name", name).put("version", version);
    describe(json, schemas);
    return json.put("$defs", schemas.definitions());
  }

  /** Adds what is particular to this kind of contract. */
  abstract void describe(JsonObject json, SchemaWriter schemas);

  /** Applies a key function; a key that is missing would silently lose order or a duplicate check. */
  final <T> @Nullable String key(
      @Nullable Function<? super T, ?> function, T message, String what) {
    if (function == null) {
      return null;
    }
    Object key;
    try {
      key = function.apply(message);
    } catch (RuntimeException e) {
      throw ContractException.unwritable(
          name, "the function of its " + what + " threw " + e.getClass().getName());
    }
    if (key == null) {
      throw ContractException.unwritable(name, "its " + what + " is null");
    }
    return key.toString();
  }

  @Override
  public final String toString() {
    return name + " v" + version;
  }
}
