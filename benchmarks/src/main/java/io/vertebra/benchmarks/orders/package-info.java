/**
 * The conversation that the benchmarks hold, written for our side: {@link
 * io.vertebra.benchmarks.orders.Orders} are its contracts. The bare bus has the same in {@link
 * io.vertebra.benchmarks.raw}.
 */
@NullMarked
package io.vertebra.benchmarks.orders;

import org.jspecify.annotations.NullMarked;
