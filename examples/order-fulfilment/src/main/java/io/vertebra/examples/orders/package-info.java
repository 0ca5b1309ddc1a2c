/**
 * A shop that fulfils orders: {@link io.vertebra.examples.orders.OrderFulfilment} is the program, its
 * services are in the package below. The README says what it shows and how to run it.
 */
@NullMarked
package io.vertebra.examples.orders;

import org.jspecify.annotations.NullMarked;
