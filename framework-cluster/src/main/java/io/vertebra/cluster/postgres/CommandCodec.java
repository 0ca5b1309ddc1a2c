package io.vertebra.cluster.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertebra.saga.SagaLog;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands of an instance as bytes: a format number, then for each its step, attempt, message id,
 * body and answer, big-endian, texts and bodies with their length in front.
 */
final class CommandCodec {
  private static final byte FORMAT = 1;
  private static final byte NO_ANSWER = 0;
  private static final byte REPLIED = 1;
  private static final byte REFUSED = 2;

  private CommandCodec() {}

  static Buffer encode(List<SagaLog.Command> commands) {
    Buffer target = Buffer.buffer(128).appendByte(FORMAT);
    for (SagaLog.Command command : commands) {
      byte[] messageId = command.messageId().getBytes(UTF_8);
      target
          .appendInt(command.step())
          .appendInt(command.attempt())
          .appendInt(messageId.length)
          .appendBytes(messageId)
          .appendInt(command.body().length())
          .appendBuffer(command.body());
      SagaLog.Answer answer = command.answer();
      if (answer == null) {
        target.appendByte(NO_ANSWER);
      } else {
        target
            .appendByte(answer.refused() ? REFUSED : REPLIED)
            .appendInt(answer.body().length())
            .appendBuffer(answer.body());
      }
    }
    return target;
  }

  static List<SagaLog.Command> decode(Buffer bytes) {
    if (bytes.getByte(0) != FORMAT) {
      throw new IllegalArgumentException("commands have format " + bytes.getByte(0)
          + ", which this release cannot read; a newer one has written them");
    }
    Reader in = new Reader(bytes);
    List<SagaLog.Command> commands = new ArrayList<>();
    while (in.at < bytes.length()) {
      int step = in.number();
      int attempt = in.number();
      String messageId = in.bytes().toString(UTF_8);
      Buffer body = in.bytes();
      byte kind = bytes.getByte(in.at++);
      SagaLog.Answer answer =
          kind == NO_ANSWER ? null : new SagaLog.Answer(kind == REFUSED, in.bytes());
      commands.add(new SagaLog.Command(step, messageId, body, attempt, answer));
    }
    return commands;
  }

  private static final class Reader {
    private final Buffer source;
    private int at = 1;

    Reader(Buffer source) {
      this.source = source;
    }

    int number() {
      int number = source.getInt(at);
      at += Integer.BYTES;
      return number;
    }

    Buffer bytes() {
      int length = number();
      Buffer bytes = source.getBuffer(at, at + length);
      at += length;
      return bytes;
    }
  }
}
