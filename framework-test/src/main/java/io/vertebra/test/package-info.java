/**
 * What users test with, and what the framework tests itself with: kits for the SPIs.
 *
 * <p>Whoever writes a {@link io.vertebra.saga.SagaLog} or a {@link io.vertebra.idempotency.DedupStore}
 * extends its kit and runs it:
 *
 * <pre>{@code
 * class MyDedupStoreTest extends DedupStoreContract {
 *   protected DedupStore create() { return new MyDedupStore(..); }
 *   protected Duration window() { return Duration.ofMinutes(10); }
 *   protected void advance(Duration time) { clock.advance(time); }
 * }
 * }</pre>
 *
 * <p>Thread rules: kits run on the thread of the test.
 */
@NullMarked
package io.vertebra.test;

import org.jspecify.annotations.NullMarked;
