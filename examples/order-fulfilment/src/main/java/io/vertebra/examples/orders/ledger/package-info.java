/**
 * What the shop keeps in PostgreSQL: the runs of the program, the orders that were accepted, the books
 * of the services, and a log of all that was done to them.
 */
@NullMarked
package io.vertebra.examples.orders.ledger;

import org.jspecify.annotations.NullMarked;
