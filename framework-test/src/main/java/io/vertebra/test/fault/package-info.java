/**
 * Faults on purpose: what networks, stores and processes do to a system, done to it in a test.
 *
 * <p>{@link io.vertebra.test.fault.Faults} is put between the parts of the system under test once; then
 * the test says what is to go wrong, how often, and waits until it has:
 *
 * <pre>{@code
 * Faults faults = Faults.seeded(42, vertx);
 * Node node = Node.create(vertx, NodeOptions.defaults().withHandlerFilter(faults.handlers()));
 * SagaLog log = faults.log(SagaLog.inMemory());
 *
 * Fault lost = faults.on(Stock.RESERVE).times(2).dropReply();
 * Fault crash = faults.at(FaultPoint.SAGA_STEP).skipping(1).crashAfter();
 * }</pre>
 *
 * <p>Thread rules: everything here may be used from any thread. What a fault holds back goes on where
 * it came from, on its Vert.x context if it had one.
 */
@NullMarked
package io.vertebra.test.fault;

import org.jspecify.annotations.NullMarked;
