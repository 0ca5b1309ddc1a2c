package io.vertebra.directory;

import io.vertebra.directory.DirectoryMessage.Described;
import io.vertebra.directory.DirectoryMessage.Heartbeat;
import io.vertebra.directory.DirectoryMessage.Pull;
import io.vertebra.directory.DirectoryMessage.Sender;
import io.vertebra.directory.DirectoryMessage.View;
import io.vertebra.error.ContractException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a {@link DirectoryMessage}: a version byte, a kind byte, then numbers in LEB128 and
 * strings with their length in front. A decoder checks each length against the bytes that are left
 * before it allocates.
 */
final class DirectoryCodec {
  private static final byte FORMAT = 1;
  private static final byte HEARTBEAT = 1;
  private static final byte PULL = 2;
  private static final byte DESCRIBED = 3;

  private static final int MAX_STRING_BYTES = 1024;
  private static final int MIN_CONTRACT_BYTES = 13;
  private static final int MIN_TAP_BYTES = 10;
  private static final int KEYED = 1;
  private static final int TOPIC = 2;

  private static final Standing[] STANDINGS = Standing.values();
  private static final ServingState[] STATES = ServingState.values();

  private DirectoryCodec() {}

  /** Refuses what {@link #decode(byte[])} would refuse on another node. */
  static void requireShort(String text, String what) {
    if (text.length() * 3L > MAX_STRING_BYTES
        && text.getBytes(StandardCharsets.UTF_8).length > MAX_STRING_BYTES) {
      throw new IllegalArgumentException(
          what + " has more than " + MAX_STRING_BYTES + " bytes: " + text.length() + " characters");
    }
  }

  static byte[] encode(DirectoryMessage message) {
    Writer out = new Writer();
    out.writeByte(FORMAT);
    if (message instanceof Heartbeat heartbeat) {
      out.writeByte(HEARTBEAT);
      write(out, message.sender(), message.view());
      out.writeNumber(heartbeat.load() & 0xffff_ffffL);
    } else if (message instanceof Described described) {
      out.writeByte(DESCRIBED);
      write(out, message.sender(), message.view());
      write(out, described.descriptor());
    } else {
      out.writeByte(PULL);
      write(out, message.sender(), message.view());
    }
    return out.toBytes();
  }

  private static void write(Writer out, Sender sender, View view) {
    out.writeText(sender.node());
    out.writeNumber(sender.incarnation());
    out.writeNumber(sender.version());
    out.writeNumber(sender.sequence());
    out.writeNumber(sender.session());
    out.writeNumber(view.incarnation());
    out.writeNumber(view.session());
    out.writeNumber(view.version());
    out.writeByte(view.standing().code);
  }

  private static void write(Writer out, Descriptor descriptor) {
    out.writeNumber(descriptor.version());
    out.writeByte(descriptor.state().code);
    out.writeNumber(descriptor.contracts().size());
    for (ServedContract each : descriptor.contracts()) {
      out.writeLong(each.id());
      out.writeText(each.name());
      out.writeText(each.fingerprint());
      out.writeNumber(each.instances());
      out.writeNumber(each.capacity());
      out.writeByte((each.isKeyed() ? KEYED : 0) | (each.isTopic() ? TOPIC : 0));
    }
    out.writeNumber(descriptor.taps().size());
    for (TapInterest each : descriptor.taps()) {
      out.writeLong(each.contractId());
      out.writeNumber(each.oneIn());
      out.writeByte(each.hasBody() ? 1 : 0);
    }
  }

  static DirectoryMessage decode(byte[] bytes) {
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      DirectoryMessage message = read(in);
      if (in.hasRemaining()) {
        throw new IllegalArgumentException(in.remaining() + " bytes too many");
      }
      return message;
    } catch (BufferUnderflowException e) {
      throw invalid("it ends too early");
    } catch (CharacterCodingException e) {
      throw invalid("a text is not UTF-8");
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private static ContractException invalid(String reason) {
    return ContractException.messageInvalid("the directory", reason);
  }

  private static DirectoryMessage read(ByteBuffer in) throws CharacterCodingException {
    byte format = in.get();
    if (format != FORMAT) {
      throw new IllegalArgumentException("unknown format " + format);
    }
    byte kind = in.get();
    String node = readText(in);
    Sender sender =
        new Sender(node, readNumber(in), readNumber(in), readNumber(in), readNumber(in));
    View view = new View(
        readNumber(in), readNumber(in), readNumber(in), STANDINGS[readIndex(in, STANDINGS.length)]);
    return switch (kind) {
      case HEARTBEAT -> new Heartbeat(sender, view, readInt(in));
      case PULL -> new Pull(sender, view);
      case DESCRIBED -> new Described(sender, view, readDescriptor(in, sender));
      default -> throw new IllegalArgumentException("unknown kind " + kind);
    };
  }

  private static Descriptor readDescriptor(ByteBuffer in, Sender sender)
      throws CharacterCodingException {
    long version = readNumber(in);
    ServingState state = STATES[readIndex(in, STATES.length)];
    int contractCount = readCount(in, MIN_CONTRACT_BYTES);
    List<ServedContract> contracts = new ArrayList<>(contractCount);
    for (int i = 0; i < contractCount; i++) {
      contracts.add(readContract(in));
    }
    int tapCount = readCount(in, MIN_TAP_BYTES);
    List<TapInterest> taps = new ArrayList<>(tapCount);
    for (int i = 0; i < tapCount; i++) {
      taps.add(new TapInterest(in.getLong(), readInt(in), readIndex(in, 2) == 1));
    }
    return new Descriptor(sender.node(), sender.incarnation(), version, state, contracts, taps);
  }

  private static ServedContract readContract(ByteBuffer in) throws CharacterCodingException {
    long id = in.getLong();
    String name = readText(in);
    String fingerprint = readText(in);
    int instances = readInt(in);
    int capacity = readInt(in);
    int flags = readIndex(in, (KEYED | TOPIC) + 1);
    return new ServedContract(
        id, name, fingerprint, instances, capacity, (flags & KEYED) != 0, (flags & TOPIC) != 0);
  }

  private static int readIndex(ByteBuffer in, int below) {
    int index = in.get();
    if (index < 0 || index >= below) {
      throw new IllegalArgumentException(
          "value " + index + " where only 0 to " + (below - 1) + " can be");
    }
    return index;
  }

  private static int readCount(ByteBuffer in, int minBytesEach) {
    int count = readInt(in);
    if (count > in.remaining() / minBytesEach) {
      throw new IllegalArgumentException("a list of " + count + " in " + in.remaining() + " bytes");
    }
    return count;
  }

  private static int readInt(ByteBuffer in) {
    long number = readNumber(in);
    if (number > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("number " + number + " is too large");
    }
    return (int) number;
  }

  private static long readNumber(ByteBuffer in) {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE - 1; shift += 7) {
      byte part = in.get();
      number |= (long) (part & 0x7f) << shift;
      if (part >= 0) {
        return number;
      }
    }
    throw new IllegalArgumentException("a number has too many bytes");
  }

  private static String readText(ByteBuffer in) throws CharacterCodingException {
    int length = readCount(in, 1);
    if (length > MAX_STRING_BYTES) {
      throw new IllegalArgumentException("a text of " + length + " bytes");
    }
    ByteBuffer text = in.slice(in.position(), length);
    in.position(in.position() + length);
    return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
  }

  private static final class Writer {
    private byte[] bytes = new byte[128];
    private int size;

    void writeByte(int value) {
      reserve(1);
      bytes[size++] = (byte) value;
    }

    void writeLong(long value) {
      reserve(Long.BYTES);
      ByteBuffer.wrap(bytes).putLong(size, value);
      size += Long.BYTES;
    }

    void writeNumber(long value) {
      if (value < 0) {
        throw new IllegalArgumentException("a number of the directory is negative: " + value);
      }
      long rest = value;
      while (rest > 0x7f) {
        writeByte((int) (rest & 0x7f) | 0x80);
        rest >>>= 7;
      }
      writeByte((int) rest);
    }

    void writeText(String text) {
      byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
      writeNumber(encoded.length);
      reserve(encoded.length);
      System.arraycopy(encoded, 0, bytes, size, encoded.length);
      size += encoded.length;
    }

    private void reserve(int more) {
      if (size + more > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
      }
    }

    byte[] toBytes() {
      return Arrays.copyOf(bytes, size);
    }
  }
}
