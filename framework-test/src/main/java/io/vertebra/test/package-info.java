/**
 * What users test with, and what the framework tests itself with: sagas played by hand, kits for the SPIs, real servers
 * without Docker, free ports.
 *
 * <p>{@link io.vertebra.test.SagaTest} tests the definition of a saga, on {@link
 * io.vertebra.test.VirtualTime} and without a bus.
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
 * <p>{@link io.vertebra.test.EmbeddedPostgres} needs the artifact of {@code io.zonky.test.postgres}
 * for the platform on the class path, {@link io.vertebra.test.EmbeddedRedis} a {@code
 * redis-server} on the PATH, the kits JUnit and AssertJ.
 *
 * <p>Thread rules: kits run on the thread of the test; starting and stopping a server blocks.
 */
@NullMarked
package io.vertebra.test;

import org.jspecify.annotations.NullMarked;
