/**
 * The load generator and what is made of its measurements. A {@link
 * io.vertebra.benchmarks.load.Contestant} takes load in its own way; {@link
 * io.vertebra.benchmarks.load.Comparison} gives each the same load in turns. Loads are closed
 * loops, driven from the event loop of the contestant's calling verticle.
 */
@NullMarked
package io.vertebra.benchmarks.load;

import org.jspecify.annotations.NullMarked;
