package io.vertebra.contract;

import io.vertx.core.json.JsonObject;

/**
 * The typed description of one conversation: its name, its version and the types of its messages.
 * Contracts are constants; each {@code with} method answers a changed copy.
 */
public abstract sealed class Contract permits Request, Topic {
  private final String name;
  private final int version;

  Contract(String name, int version) {
    this.name = name;
    this.version = version;
  }

  /** The name on the wire, for instance {@code stock.reserve}. */
  public final String name() {
    return name;
  }

  /** The version, 1 unless declared otherwise. Versions of one name are separate conversations. */
  public final int version() {
    return version;
  }

  /** The type that callers and publishers send. */
  public abstract Class<?> messageType();

  /**
   * A hash of {@link #toJson()}: 32 hexadecimal digits, the same in every process whose contract
   * has the same name, version, types, failures and traits. The key functions do not count.
   */
  public final String fingerprint() {
    return Integer.toHexString(toJson().hashCode());
  }

  /** The contract as data: what {@link Compatibility} compares. The types are JSON Schema 2020-12. */
  public abstract JsonObject toJson();

  @Override
  public final String toString() {
    return name + " v" + version;
  }
}
