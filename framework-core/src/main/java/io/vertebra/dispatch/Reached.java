package io.vertebra.dispatch;

/**
 * A node's answer to an acknowledged publication.
 *
 * @param subscribers subscribers there
 * @param discarded how many of them dropped a message for it
 */
public record Reached(int subscribers, int discarded) {}
