/** A chain of services of which the last gets too much: {@link io.vertebra.benchmarks.cascade.CascadeLoad}. */
@NullMarked
package io.vertebra.benchmarks.cascade;

import org.jspecify.annotations.NullMarked;
