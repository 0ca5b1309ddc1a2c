/**
 * The engine under the bus: how a call finds its handler, waits, ends and is cancelled.
 *
 * <p>Everything here is confined to a {@link io.vertebra.dispatch.Lane}, one per event loop. The
 * caller's side of a call ({@link io.vertebra.dispatch.Exchange}) lives on the caller's lane, the
 * handler's side ({@link io.vertebra.dispatch.ServedCall}) on the lane of the verticle, the queues
 * on the control lane. They talk only by posting to each other's inbox, so there is hardly anything
 * to lock: one compare-and-set takes a permit, another decides whether a call starts or is abandoned.
 *
 * <p>Not exported from the module.
 */
@NullMarked
package io.vertebra.dispatch;

import org.jspecify.annotations.NullMarked;
