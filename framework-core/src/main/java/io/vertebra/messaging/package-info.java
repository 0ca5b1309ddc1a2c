/**
 * Conversations between verticles: calls with deadlines that cancel, topics, and gathering.
 *
 * <p>{@link io.vertebra.messaging.Bus} is the entry type; a handler gets a
 * {@link io.vertebra.messaging.Call}, which is a bus that hands its deadline on:
 *
 * <pre>{@code
 * Future<Placed> place(PlaceOrder order, Call call) {
 *   return call.request(Stock.RESERVE, order.toReserve())
 *       .compose(reserved -> call.request(Payment.CHARGE, order.toCharge()))
 *       .map(charged -> new Placed(order.id()));
 * }
 * }</pre>
 *
 * <p>Thread rules: every method may be called from any thread. Futures complete on the context of
 * the caller, or on a new event-loop context if it has none.
 */
@NullMarked
package io.vertebra.messaging;

import org.jspecify.annotations.NullMarked;
