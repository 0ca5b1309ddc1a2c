/**
 * How much of a contract may run at once.
 *
 * <p>{@link io.vertebra.limit.Limit} is the entry type:
 *
 * <pre>{@code
 * on.request(Stock.RESERVE, this::reserve).limitedTo(Limit.fixed(16).withQueue(64, Duration.ofMillis(200)));
 * }</pre>
 *
 * <p>Thread rules: limits are immutable values; the limiters made from them are safe for any thread.
 */
@NullMarked
package io.vertebra.limit;

import org.jspecify.annotations.NullMarked;
