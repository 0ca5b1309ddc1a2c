/**
 * The load generator and what is made of its measurements. A {@link
 * io.vertebra.benchmarks.load.Contestant} answers calls in its own way; {@link
 * io.vertebra.benchmarks.load.Comparison} gives each the same load in turns. A load loop runs on the
 * event loop of the contestant's calling verticle.
 */
@NullMarked
package io.vertebra.benchmarks.load;

import org.jspecify.annotations.NullMarked;
