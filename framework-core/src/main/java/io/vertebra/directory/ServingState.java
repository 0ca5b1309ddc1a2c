package io.vertebra.directory;

/** What a node says about itself in its descriptor. */
public enum ServingState {
  /** It takes calls. */
  READY(0),
  /** It is leaving: it finishes what it has and takes nothing new. */
  DRAINING(1),
  /** It has finished and stays alive for troubleshooting; nobody routes to it. */
  QUIESCED(2);

  final int code;

  ServingState(int code) {
    this.code = code;
  }
}
