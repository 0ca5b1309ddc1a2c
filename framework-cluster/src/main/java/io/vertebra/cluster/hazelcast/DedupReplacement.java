package io.vertebra.cluster.hazelcast;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.ExtendedMapEntry;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes an entry what an operation has decided, on the member that decided and on the one with the copy. */
final class DedupReplacement
    implements EntryProcessor<String, DedupEntry, byte[]>, IdentifiedDataSerializable {
  private static final long serialVersionUID = 1L;

  private transient @Nullable DedupEntry entry;
  private long keepMillis;

  /** For reading. */
  DedupReplacement() {}

  /**
   * A replacement.
   *
   * @param entry null to remove what there is
   */
  DedupReplacement(@Nullable DedupEntry entry, long keepMillis) {
    this.entry = entry;
    this.keepMillis = keepMillis;
  }

  @Override
  @SuppressWarnings("NullAway") // an entry processor removes an entry by setting null
  public byte[] process(Map.Entry<String, DedupEntry> stored) {
    if (entry == null) {
      stored.setValue(null);
    } else {
      ((ExtendedMapEntry<String, DedupEntry>) stored)
          .setValue(entry, keepMillis, TimeUnit.MILLISECONDS);
    }
    return new byte[0];
  }

  @Override
  public EntryProcessor<String, DedupEntry, byte[]> getBackupProcessor() {
    return this;
  }

  @Override
  public int getFactoryId() {
    return DedupTypes.FACTORY;
  }

  @Override
  public int getClassId() {
    return DedupTypes.REPLACEMENT;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeObject(entry);
    out.writeLong(keepMillis);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    entry = in.readObject();
    keepMillis = in.readLong();
  }
}
