package io.vertebra.directory;

/** What one node knows about another, as it tells the other in each message. */
public enum Standing {
  /** No descriptor is held: never met, or declared gone. */
  UNKNOWN(0),
  /** Nothing was heard for {@link DirectoryOptions#suspectAfter()}; it is not routed to. */
  SUSPECT(1),
  /** The descriptor is held, but the other has not confirmed that it holds ours. */
  HELD(2),
  /** Both hold each other's descriptor: calls are routed to what it serves. */
  USABLE(3);

  final int code;

  Standing(int code) {
    this.code = code;
  }
}
