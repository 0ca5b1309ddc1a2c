/**
 * Sagas: business processes over several services, each step undone if a later one fails.
 *
 * <p>{@link io.vertebra.saga.Saga} is the definition, as data; {@link io.vertebra.saga.SagaEngine}
 * runs it; {@link io.vertebra.saga.SagaLog} keeps it:
 *
 * <pre>{@code
 * SagaEngine engine = SagaEngine.create(vertx, bus, SagaLog.inMemory(), SagaOptions.defaults(), List.of(FULFIL));
 * engine.start().compose(started -> engine.run(Orders.PLACE, order));
 * }</pre>
 *
 * <p>Steps send requests or wait for events. What people and other systems have to say to an instance
 * (events, a cancel, an operator's decision on a stuck step) is stored beside it in the log and acted
 * on by whoever owns it.
 *
 * <p>Commands are sent at least once, always with the same message id and bytes, so participants are
 * idempotent consumers. A step whose outcome stays unknown is compensated too: a participant may
 * meet a compensation whose action it has not seen, must remember it, and must refuse that action
 * when it comes late.
 *
 * <p>Thread rules: definitions are immutable; an engine runs on one context and may be called from
 * any thread.
 */
@NullMarked
package io.vertebra.saga;

import org.jspecify.annotations.NullMarked;
