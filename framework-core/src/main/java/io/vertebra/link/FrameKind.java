package io.vertebra.link;

/** The first byte of a frame. */
final class FrameKind {
  static final byte REQUEST = 1;
  static final byte REPLY = 2;
  static final byte FAILURE = 3;
  static final byte CANCEL = 4;
  static final byte PUBLISH = 5;
  static final byte PUBLISH_ACKNOWLEDGED = 6;
  static final byte DIRECTORY = 7;
  static final byte LOST = 8;

  private FrameKind() {}
}
