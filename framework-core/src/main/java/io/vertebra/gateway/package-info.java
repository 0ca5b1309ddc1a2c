/**
 * Contracts over HTTP: calls that are answered at once, and work that goes on after 202.
 *
 * <p>{@link io.vertebra.gateway.GatewayVerticle} is the class to extend, {@link
 * io.vertebra.gateway.HttpGateway} what it says its routes to:
 *
 * <pre>{@code
 * class ShopGateway extends GatewayVerticle {
 *   protected void routes(HttpGateway on) {
 *     on.get("/stock/:sku", Stock.LOOKUP);
 *     on.post("/stock/reserve", Stock.RESERVE).failingWith(OutOfStock.class, 409);
 *     on.accept("/orders", Orders.PLACE, orders);
 *   }
 * }
 * }</pre>
 *
 * <p>Failures are {@code application/problem+json} (RFC 9457) with the code of the failure; they tell
 * a declared failure's own fields and the name of a field that cannot be read, but no other contents
 * of messages and nothing of the inside of the system.
 *
 * <p>Thread rules: a gateway belongs to the event loop of its verticle; nothing of it blocks.
 */
@NullMarked
package io.vertebra.gateway;

import org.jspecify.annotations.NullMarked;
