/** Handlers that hold up their event loop: {@link io.vertebra.benchmarks.stall.StallLoad}. */
@NullMarked
package io.vertebra.benchmarks.stall;

import org.jspecify.annotations.NullMarked;
