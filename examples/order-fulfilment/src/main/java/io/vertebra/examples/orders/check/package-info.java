/**
 * Somebody else's look at the books: {@link io.vertebra.examples.orders.check.Checker} computes the
 * result from the files alone and shares no code with the shop.
 */
@NullMarked
package io.vertebra.examples.orders.check;

import org.jspecify.annotations.NullMarked;
