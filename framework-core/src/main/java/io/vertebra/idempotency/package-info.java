/**
 * Idempotent consumers: a message that is delivered twice has its effect once, and the second
 * delivery is answered with the first reply.
 *
 * <p>{@link io.vertebra.idempotency.Idempotency} wraps a handler; {@link
 * io.vertebra.idempotency.DedupStore} remembers what was answered:
 *
 * <pre>{@code
 * Idempotency once = Idempotency.create(vertx, DedupStore.inMemory(IdempotencyOptions.defaults()));
 * on.request(Payment.CHARGE, once.wrap(Payment.CHARGE, this::charge));
 * }</pre>
 *
 * <p>The promise is as wide as the store: one effect per key where the store shares the effect's
 * transaction; with a store in memory, for the duplicates that reach this process within its window.
 *
 * <p>Thread rules: stores and wrappers may be used by all threads.
 */
@NullMarked
package io.vertebra.idempotency;

import org.jspecify.annotations.NullMarked;
