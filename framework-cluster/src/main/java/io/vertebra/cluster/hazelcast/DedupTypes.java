package io.vertebra.cluster.hazelcast;

import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;

/** What travels between members, by number instead of by class name. Numbers never change. */
final class DedupTypes implements DataSerializableFactory {
  static final int FACTORY = 0x56_54_42;
  static final int ENTRY = 1;
  static final int OPERATION = 2;
  static final int REPLACEMENT = 3;

  @Override
  public IdentifiedDataSerializable create(int type) {
    return switch (type) {
      case ENTRY -> new DedupEntry();
      case OPERATION -> new DedupOperation();
      case REPLACEMENT -> new DedupReplacement();
      default -> throw new IllegalArgumentException("unknown type " + type);
    };
  }
}
