/**
 * Sending what a transaction has decided: messages are rows of the transaction, and a relay sends
 * them after it was committed, at least once, in order of their keys.
 *
 * <p>{@link io.vertebra.outbox.OutboxRelay} is the entry type:
 *
 * <pre>{@code
 * OutboxTarget target = OutboxTarget.bus(node.bus(), Warehouse.PICK, Stock.CHANGED);
 * node.deploy(() -> OutboxRelay.create(outbox, target, RelayOptions.defaults()));
 * }</pre>
 *
 * <p>{@link io.vertebra.outbox.Outbox} and {@link io.vertebra.outbox.OutboxTarget} are what stores and
 * transports implement.
 *
 * <p>Thread rules: all types may be used from any thread.
 */
@NullMarked
package io.vertebra.outbox;

import org.jspecify.annotations.NullMarked;
