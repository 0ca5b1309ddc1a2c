package io.vertebra.limit;

import java.util.List;

/**
 * How often, and how long, one piece of code has held up an event loop.
 *
 * @param contract id of the contract whose handler it was
 * @param verticle class that serves it
 * @param cause why
 * @param where the topmost frames, the innermost first, at most 20, of the stall seen last
 * @param count how many stalls there were
 * @param totalMillis how long they took together
 * @param longestMillis the longest of them
 */
public record Stall(
    String contract,
    String verticle,
    StallCause cause,
    List<String> where,
    long count,
    long totalMillis,
    long longestMillis) {}
