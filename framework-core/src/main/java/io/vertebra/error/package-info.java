/**
 * The failures a caller can meet, and their stable codes.
 *
 * <p>Every failure of the framework is a {@link io.vertebra.error.VertebraException}. It carries an
 * {@link io.vertebra.error.ErrorCode} that is the same on every node and in every release, and
 * answers the two questions that decide what a caller may do:
 *
 * <pre>{@code
 * bus.request(Stock.RESERVE, reserve)
 *     .recover(failure -> failure instanceof VertebraException e && !e.mayHaveRun()
 *         ? tryAnotherWarehouse(reserve)
 *         : Future.failedFuture(failure));
 * }</pre>
 *
 * <p>Thread rules: exceptions are immutable; each failure is a fresh object.
 */
@NullMarked
package io.vertebra.error;

import org.jspecify.annotations.NullMarked;
