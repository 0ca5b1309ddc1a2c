package io.vertebra.outbox;

/**
 * What a relay has done since it was deployed.
 *
 * @param sent messages that arrived
 * @param refused attempts that were refused, or had no answer
 * @param unreachable attempts for which nobody was there
 * @param givenUp messages that became dead letters
 * @param inMemory rows that are in memory now
 */
public record RelayCounts(long sent, long refused, long unreachable, long givenUp, int inMemory) {}
