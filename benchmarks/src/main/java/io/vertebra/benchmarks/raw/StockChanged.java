package io.vertebra.benchmarks.raw;

/**
 * What the benchmarks publish, on both sides.
 *
 * @param sentAt when it was published, as {@link System#nanoTime()} counts
 * @param product product code
 * @param left how many are left
 * @param poison whether one of the subscribers has to throw
 */
public record StockChanged(long sentAt, String product, int left, boolean poison) {}
