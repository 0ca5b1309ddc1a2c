/**
 * Payments through a provider over HTTP that answers late, twice or never: each order is charged once.
 */
@NullMarked
package io.vertebra.examples.payment;

import org.jspecify.annotations.NullMarked;
