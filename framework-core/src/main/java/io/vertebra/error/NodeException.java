package io.vertebra.error;

import org.jspecify.annotations.Nullable;

/**
 * The node itself cannot do what was asked of it. {@link #code()} is one of {@code NODE_MISSING},
 * {@code NODE_UNUSABLE}, {@code RUNTIME_UNSUPPORTED}, {@code NODE_CLOSED},
 * {@code THREADING_UNSUPPORTED}.
 */
public final class NodeException extends VertebraException {
  private static final long serialVersionUID = 1L;

  private NodeException(ErrorCode code, String text, @Nullable Throwable cause) {
    super(code, text, cause);
  }

  /** A verticle found no node on its Vert.x instance. */
  public static NodeException missing() {
    return new NodeException(
        ErrorCode.NODE_MISSING,
        "This Vert.x instance has no node. Call Node.create(vertx) or ClusterNode.start(options) before deploying.",
        null);
  }

  /** The node cannot work in this process. */
  public static NodeException unusable(String reason, @Nullable Throwable cause) {
    return new NodeException(ErrorCode.NODE_UNUSABLE, "The node cannot start: " + reason, cause);
  }

  /** This Java runtime lacks what a handler needs. */
  public static NodeException runtimeUnsupported(String what, int neededRelease) {
    return new NodeException(
        ErrorCode.RUNTIME_UNSUPPORTED,
        what + " needs Java " + neededRelease + " or newer; this is Java "
            + Runtime.version().feature() + ".",
        null);
  }

  /** A verticle was deployed with a threading model that its handlers cannot work with. */
  public static NodeException threadingUnsupported(String verticle, String threadingModel) {
    return new NodeException(
        ErrorCode.THREADING_UNSUPPORTED,
        verticle + " was deployed with threading model " + threadingModel
            + ", but its handlers choose their threads themselves. Deploy it on an event loop, and"
            + " register handlers that block with on.blocking or on.virtual.",
        null);
  }

  /** The node is closed or closing. */
  public static NodeException closed(String node) {
    return new NodeException(ErrorCode.NODE_CLOSED, "Node " + node + " is closed.", null);
  }
}
