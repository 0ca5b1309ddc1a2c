/** What the guard costs while nothing is wrong: {@link io.vertebra.benchmarks.overhead.OverheadLoad}. */
@NullMarked
package io.vertebra.benchmarks.overhead;

import org.jspecify.annotations.NullMarked;
