/**
 * Sending what a transaction has decided: messages are rows of the transaction, and a relay sends
 * them after it was committed, at least once, in order of their keys.
 *
 * <p>{@link io.vertebra.outbox.OutboxMessage} is what an outbox holds.
 *
 * <p>Thread rules: all types may be used from any thread.
 */
@NullMarked
package io.vertebra.outbox;

import org.jspecify.annotations.NullMarked;
