/** How many durable sagas a second. Read it from {@link io.vertebra.benchmarks.saga.SagaLoad} on. */
@NullMarked
package io.vertebra.benchmarks.saga;

import org.jspecify.annotations.NullMarked;
