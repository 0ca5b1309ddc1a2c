package io.vertebra.cluster.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One method of the store, run where the entry is. It decides by the cluster's time; the member with
 * the copy is told what was decided and does not decide again. Hazelcast repeats an operation whose
 * answer was lost with a member: the second time it has the same answer. The answer is one of the
 * codes, for a duplicate followed by the reply.
 */
final class DedupOperation
    implements EntryProcessor<String, DedupEntry, byte[]>,
        IdentifiedDataSerializable,
        HazelcastInstanceAware {
  static final byte FIRST = 0;
  static final byte DUPLICATE = 1;
  static final byte RUNNING = 2;
  static final byte CONFLICT = 3;
  static final byte DONE = 4;
  static final byte FENCED = 5;

  private static final long serialVersionUID = 1L;
  private static final byte[] NONE = {};

  private static final byte BEGIN = 0;
  private static final byte COMPLETE = 1;
  private static final byte RELEASE = 2;
  private static final byte EXTEND = 3;

  private byte kind;
  private long high;
  private long low;
  private String fingerprint = "";
  private byte[] reply = NONE;
  private long leaseMillis;
  private long windowMillis;
  private long timeShift;
  private transient @Nullable HazelcastInstance hazelcast;
  private transient @Nullable DedupReplacement decided;

  /** For reading. */
  DedupOperation() {}

  private DedupOperation(byte kind, long high, long low) {
    this.kind = kind;
    this.high = high;
    this.low = low;
  }

  static DedupOperation begin(
      long high, long low, String fingerprint, long leaseMillis, long windowMillis, long shift) {
    DedupOperation begin = new DedupOperation(BEGIN, high, low);
    begin.fingerprint = fingerprint;
    return begin.timed(leaseMillis, windowMillis, shift);
  }

  static DedupOperation complete(long high, long low, byte[] reply, long windowMillis, long shift) {
    DedupOperation complete = new DedupOperation(COMPLETE, high, low);
    complete.reply = reply;
    return complete.timed(0, windowMillis, shift);
  }

  static DedupOperation release(long high, long low) {
    return new DedupOperation(RELEASE, high, low);
  }

  static DedupOperation extend(
      long high, long low, long leaseMillis, long windowMillis, long shift) {
    return new DedupOperation(EXTEND, high, low).timed(leaseMillis, windowMillis, shift);
  }

  private DedupOperation timed(long lease, long window, long shift) {
    leaseMillis = lease;
    windowMillis = window;
    timeShift = shift;
    return this;
  }

  @Override
  public byte[] process(Map.Entry<String, DedupEntry> stored) {
    DedupEntry entry = stored.getValue();
    long now = hazelcast == null ? 0 : hazelcast.getCluster().getClusterTime() + timeShift;
    byte[] answer = kind == BEGIN ? begin(entry, now) : runner(entry, now);
    if (decided != null) {
      decided.process(stored);
    }
    return answer;
  }

  private byte[] begin(@Nullable DedupEntry entry, long now) {
    if (entry == null || entry.isOver(now)) {
      long until = now + leaseMillis;
      decided = keep(DedupEntry.running(high, low, fingerprint, until), leaseMillis);
      return new byte[] {FIRST};
    }
    if (entry.isRunBy(high, low)) {
      return new byte[] {FIRST};
    }
    if (!entry.isOf(fingerprint)) {
      return new byte[] {CONFLICT};
    }
    byte[] stored = entry.reply();
    if (stored == null) {
      return new byte[] {RUNNING};
    }
    byte[] answer = new byte[stored.length + 1];
    answer[0] = DUPLICATE;
    System.arraycopy(stored, 0, answer, 1, stored.length);
    return answer;
  }

  private byte[] runner(@Nullable DedupEntry entry, long now) {
    if (entry == null || !entry.isRunBy(high, low)) {
      boolean again = kind == COMPLETE && entry != null && entry.isCompletedBy(high, low, reply);
      return new byte[] {again ? DONE : FENCED};
    }
    decided = switch (kind) {
      case COMPLETE -> keep(entry.completed(reply, now + windowMillis), windowMillis);
      case EXTEND -> keep(entry.extendedTo(now + leaseMillis), leaseMillis);
      default -> new DedupReplacement(null, 0);
    };
    return new byte[] {DONE};
  }

  /** A running entry is kept beyond its lease, for its runner may still be the only one who wants it. */
  private DedupReplacement keep(DedupEntry entry, long millis) {
    return new DedupReplacement(entry, Math.max(millis, windowMillis));
  }

  @Override
  public @Nullable EntryProcessor<String, DedupEntry, byte[]> getBackupProcessor() {
    return decided;
  }

  @Override
  public void setHazelcastInstance(HazelcastInstance instance) {
    hazelcast = instance;
  }

  @Override
  public int getFactoryId() {
    return DedupTypes.FACTORY;
  }

  @Override
  public int getClassId() {
    return DedupTypes.OPERATION;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeByte(kind);
    out.writeLong(high);
    out.writeLong(low);
    out.writeString(fingerprint);
    out.writeByteArray(reply);
    out.writeLong(leaseMillis);
    out.writeLong(windowMillis);
    out.writeLong(timeShift);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    kind = in.readByte();
    high = in.readLong();
    low = in.readLong();
    fingerprint = in.readString();
    reply = in.readByteArray();
    leaseMillis = in.readLong();
    windowMillis = in.readLong();
    timeShift = in.readLong();
  }
}
