package io.vertebra.cluster.hazelcast;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A message that runs, until a time, or that has a reply, until a time. Not changed once it is in the map. */
final class DedupEntry implements IdentifiedDataSerializable {
  private long high;
  private long low;
  private String fingerprint = "";
  private long untilMillis;
  private byte @Nullable [] reply;

  /** For reading. */
  DedupEntry() {}

  private DedupEntry(
      long high, long low, String fingerprint, long untilMillis, byte @Nullable [] reply) {
    this.high = high;
    this.low = low;
    this.fingerprint = fingerprint;
    this.untilMillis = untilMillis;
    this.reply = reply;
  }

  static DedupEntry running(long high, long low, String fingerprint, long untilMillis) {
    return new DedupEntry(high, low, fingerprint, untilMillis, null);
  }

  DedupEntry extendedTo(long millis) {
    return new DedupEntry(high, low, fingerprint, millis, null);
  }

  DedupEntry completed(byte[] withReply, long millis) {
    return new DedupEntry(high, low, fingerprint, millis, withReply);
  }

  boolean isOver(long nowMillis) {
    return nowMillis >= untilMillis;
  }

  boolean isOf(String otherFingerprint) {
    return fingerprint.equals(otherFingerprint);
  }

  /** Whether it runs under this token. */
  boolean isRunBy(long tokenHigh, long tokenLow) {
    return reply == null && high == tokenHigh && low == tokenLow;
  }

  /** Whether this token has completed it with this reply. */
  boolean isCompletedBy(long tokenHigh, long tokenLow, byte[] withReply) {
    return high == tokenHigh && low == tokenLow && Arrays.equals(reply, withReply);
  }

  byte @Nullable [] reply() {
    return reply;
  }

  @Override
  public int getFactoryId() {
    return DedupTypes.FACTORY;
  }

  @Override
  public int getClassId() {
    return DedupTypes.ENTRY;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeLong(high);
    out.writeLong(low);
    out.writeString(fingerprint);
    out.writeLong(untilMillis);
    out.writeByteArray(reply);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    high = in.readLong();
    low = in.readLong();
    fingerprint = in.readString();
    untilMillis = in.readLong();
    reply = in.readByteArray();
  }

  @Override
  public String toString() {
    return (reply == null ? "running" : "completed " + Arrays.toString(reply)) + " until "
        + untilMillis;
  }
}
