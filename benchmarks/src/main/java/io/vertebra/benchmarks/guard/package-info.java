/**
 * What the benchmarks of the guard share: {@link io.vertebra.benchmarks.guard.Plan} says how long and
 * how often, {@link io.vertebra.benchmarks.guard.Rounds} lets contenders take turns, {@link
 * io.vertebra.benchmarks.guard.Steady} makes calls at a fixed rate and counts what becomes of them, and
 * {@link io.vertebra.benchmarks.guard.Result} prints the line. Each benchmark has a package of its own.
 */
@NullMarked
package io.vertebra.benchmarks.guard;

import org.jspecify.annotations.NullMarked;
