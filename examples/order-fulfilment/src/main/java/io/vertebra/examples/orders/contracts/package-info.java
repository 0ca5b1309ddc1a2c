/**
 * What the services of the shop say to each other: contracts as constants, messages as records. It is
 * all that one service knows of another.
 */
@NullMarked
package io.vertebra.examples.orders.contracts;

import org.jspecify.annotations.NullMarked;
