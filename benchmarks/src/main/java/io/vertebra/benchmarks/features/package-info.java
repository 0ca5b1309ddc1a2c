/**
 * What each feature of a local call costs: {@link io.vertebra.benchmarks.features.FeatureBudget}.
 * Unlike the rest of the benchmarks it is built from the engine's own parts.
 */
@NullMarked
package io.vertebra.benchmarks.features;

import org.jspecify.annotations.NullMarked;
