/**
 * The services of the shop: {@link io.vertebra.examples.orders.services.Shop} deploys them. Each keeps
 * its own book on its own event loop; they know each other by their contracts only.
 */
@NullMarked
package io.vertebra.examples.orders.services;

import org.jspecify.annotations.NullMarked;
