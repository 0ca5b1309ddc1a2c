package io.vertebra.messaging;

/**
 * How far an acknowledged publication reached.
 *
 * @param nodes nodes that had a subscriber when it was sent, this one included
 * @param acknowledged how many of them have taken the message
 * @param subscribers subscribers on the nodes that acknowledged
 * @param discarded subscribers whose buffer was full and whose policy dropped a message for it
 */
public record Publication(int nodes, int acknowledged, int subscribers, int discarded) {

  /** Whether every node took it and no subscriber dropped a message. */
  public boolean isComplete() {
    return nodes == acknowledged && discarded == 0;
  }
}
