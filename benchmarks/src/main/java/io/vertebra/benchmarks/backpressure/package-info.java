/** A producer that is faster than the consumer of its messages, which runs in another JVM. */
@NullMarked
package io.vertebra.benchmarks.backpressure;

import org.jspecify.annotations.NullMarked;
