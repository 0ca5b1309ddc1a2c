package io.vertebra.benchmarks.raw;

/**
 * What the benchmarks answer, on both sides.
 *
 * @param id order number of the question
 * @param accepted whether it will be delivered
 */
public record OrderPlaced(long id, boolean accepted) {}
