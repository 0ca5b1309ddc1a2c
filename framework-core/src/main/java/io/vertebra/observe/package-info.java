/**
 * What a node shows of itself: counts per contract, and their way into Micrometer.
 *
 * <p>{@link io.vertebra.observe.Metrics} is the entry type:
 *
 * <pre>{@code
 * NodeOptions.defaults().withObserver(Metrics.on(meterRegistry))
 * }</pre>
 *
 * <p>Thread rules: counts are read by the thread that asks; nothing here runs while a call is served.
 */
@NullMarked
package io.vertebra.observe;

import org.jspecify.annotations.NullMarked;
