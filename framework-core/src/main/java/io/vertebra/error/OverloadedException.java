package io.vertebra.error;

import java.time.Duration;

/** The serving side had no capacity and did not run the message. Try again after {@link #retryAfter()}. */
public final class OverloadedException extends VertebraException {
  private static final long serialVersionUID = 1L;

  private static final int EVERY_PRIORITY = Integer.MAX_VALUE;
  private static final Duration LINK_FULL_FOR = Duration.ofMillis(10);

  private final Duration retryAfter;
  private final int threshold;

  private OverloadedException(String text, Duration retryAfter, int threshold) {
    super(ErrorCode.OVERLOADED, text, false);
    this.retryAfter = retryAfter;
    this.threshold = threshold;
  }

  /** All permits of a contract are taken and its queue is full. */
  public static OverloadedException queueFull(
      String contract, int inFlight, int queued, Duration retryAfter) {
    return queueFull(contract, inFlight, queued, retryAfter, EVERY_PRIORITY);
  }

  /** All permits of a contract are taken and its queue is full. */
  public static OverloadedException queueFull(
      String contract, int inFlight, int queued, Duration retryAfter, int threshold) {
    return new OverloadedException(
        "'" + contract + "' has " + inFlight + " calls in flight and " + queued
            + " waiting, which is its limit. Retry after " + retryAfter.toMillis()
            + " ms, or raise the limit if the service has room.",
        retryAfter,
        threshold);
  }

  /** The message waited longer than the queue allows. */
  public static OverloadedException waitedTooLong(
      String contract, Duration waited, Duration retryAfter, int threshold) {
    return new OverloadedException(
        "A call to '" + contract + "' waited " + waited.toMillis()
            + " ms for a permit, longer than its queue allows. Retry after " + retryAfter.toMillis()
            + " ms.",
        retryAfter,
        threshold);
  }

  /** The service is overloaded and takes only more important calls. */
  public static OverloadedException unimportant(
      String contract, Duration retryAfter, int threshold) {
    return new OverloadedException(
        "'" + contract + "' is overloaded and takes only more important calls. Retry after "
            + retryAfter.toMillis() + " ms.",
        retryAfter,
        threshold);
  }

  /** The CPU pool has more to do than can be done in time. */
  public static OverloadedException cpuQueueFull(String contract, int queued, Duration wait) {
    return new OverloadedException(
        "The CPU pool has " + queued + " pieces of work waiting, about " + wait.toMillis()
            + " ms of it, too much for '" + contract + "' to end in time. Retry after "
            + wait.toMillis() + " ms.",
        wait,
        EVERY_PRIORITY);
  }

  /** The node refuses most calls, so this one was not even sent. */
  public static OverloadedException throttled(String contract, String node) {
    return new OverloadedException(
        "Node " + node + " refuses most calls to '" + contract
            + "', so this one was not sent. Retry after 1000 ms.",
        Duration.ofSeconds(1),
        EVERY_PRIORITY);
  }

  /** The link to another node has as much waiting as it may, because that node takes nothing or little. */
  public static OverloadedException linkFull(String contract, String node) {
    return new OverloadedException(
        "As much as may waits already for the link to node " + node + ", so this message of '"
            + contract + "' was not sent there. Retry after " + LINK_FULL_FOR.toMillis() + " ms.",
        LINK_FULL_FOR,
        EVERY_PRIORITY);
  }

  /** The producer went on writing although the writer's queue was full. */
  public static OverloadedException writerFull(String contract, int waiting) {
    return new OverloadedException(
        "The writer of '" + contract + "' has " + waiting
            + " messages waiting. Write only while writeQueueFull() is false, and go on in the drainHandler.",
        Duration.ZERO,
        EVERY_PRIORITY);
  }

  /** This node waits for as many calls of the contract as it may. */
  public static OverloadedException tooManyWaitedFor(String contract, int limit) {
    return new OverloadedException(
        "This node waits for " + limit + " calls to '" + contract
            + "' already, which is its limit for it, so this one was not sent.",
        Duration.ZERO,
        EVERY_PRIORITY);
  }

  /** The calling node's breaker is open, because calls to another node fail. */
  public static OverloadedException broken(String contract, String node, Duration retryAfter) {
    return new OverloadedException(
        "Calls to '" + contract + "' on node " + node
            + " fail, so this one was not sent there. Retry after " + retryAfter.toMillis()
            + " ms.",
        retryAfter,
        EVERY_PRIORITY);
  }

  /** Rebuilds a failure that arrived from another node. */
  public static OverloadedException received(String message, Duration retryAfter, int threshold) {
    return new OverloadedException(
        CallException.withoutCode(ErrorCode.OVERLOADED, message), retryAfter, threshold);
  }

  /** How long to wait before the next attempt. */
  public Duration retryAfter() {
    return retryAfter;
  }

  /**
   * The least important priority that the service takes now; calls that are less important need not
   * ask for the next second. The number is the framework's own: criticality and cohort.
   */
  public int threshold() {
    return threshold;
  }
}
