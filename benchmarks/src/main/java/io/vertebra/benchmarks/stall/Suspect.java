package io.vertebra.benchmarks.stall;

/**
 * Somebody was named.
 *
 * @param at when that was heard, as {@link System#nanoTime()} counts
 * @param contract whose handler, or empty if only the thread was named
 * @param cause why, or empty
 */
record Suspect(long at, String contract, String cause) {}
