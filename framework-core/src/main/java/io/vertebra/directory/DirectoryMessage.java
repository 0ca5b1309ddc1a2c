package io.vertebra.directory;

import io.vertebra.error.ContractException;

/**
 * What directories say to each other. Each message says who speaks and what the speaker knows of
 * the receiver, so that each of them may be lost, doubled or late.
 */
public sealed interface DirectoryMessage {
  /** Who speaks. */
  Sender sender();

  /** What the speaker knows of the receiver; this is what acknowledges descriptors. */
  View view();

  /**
   * The speaker of a message.
   *
   * @param node its node id
   * @param incarnation its incarnation
   * @param version the newest version of its descriptor
   * @param sequence counts the messages of the incarnation, so that late ones are recognized
   * @param session grows whenever the speaker declares the receiver gone
   */
  record Sender(String node, long incarnation, long version, long sequence, long session) {}

  /**
   * What the speaker knows of the receiver.
   *
   * @param incarnation the receiver's incarnation, as far as known
   * @param session the receiver's session, as last heard
   * @param version the version of the receiver's descriptor that is held, 0 for none
   * @param standing whether the receiver is routed to
   */
  record View(long incarnation, long session, long version, Standing standing) {}

  /**
   * Sent every {@link DirectoryOptions#heartbeatEvery()}, and at once when the view changed.
   *
   * @param load the speaker's load, as routing compares it
   */
  record Heartbeat(Sender sender, View view, int load) implements DirectoryMessage {}

  /** Asks for the descriptor. */
  record Pull(Sender sender, View view) implements DirectoryMessage {}

  /** Answers a {@link Pull}. */
  record Described(Sender sender, View view, Descriptor descriptor) implements DirectoryMessage {}

  /** The message as bytes. */
  default byte[] encode() {
    return DirectoryCodec.encode(this);
  }

  /**
   * Reads what {@link #encode()} wrote. Whatever the bytes are, it allocates at most a small
   * multiple of their number.
   *
   * @throws ContractException with {@code MESSAGE_INVALID} if the bytes are no such message
   */
  static DirectoryMessage decode(byte[] bytes) {
    return DirectoryCodec.decode(bytes);
  }
}
