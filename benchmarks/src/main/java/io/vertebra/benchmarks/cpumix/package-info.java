/** Small requests beside long computations: {@link io.vertebra.benchmarks.cpumix.CpuMix}. */
@NullMarked
package io.vertebra.benchmarks.cpumix;

import org.jspecify.annotations.NullMarked;
