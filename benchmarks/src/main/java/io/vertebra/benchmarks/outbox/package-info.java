/** Rows of an outbox on their way to the bus: {@link io.vertebra.benchmarks.outbox.OutboxLoad}. */
@NullMarked
package io.vertebra.benchmarks.outbox;

import org.jspecify.annotations.NullMarked;
