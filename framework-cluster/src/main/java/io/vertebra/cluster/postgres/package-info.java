/**
 * Sagas and deduplication that outlive every process, in PostgreSQL 14 or newer.
 *
 * <p>{@link io.vertebra.cluster.postgres.Postgres} is the entry type:
 *
 * <pre>{@code
 * Postgres.connect(vertx, PostgresOptions.at("postgresql://shop:secret@db:5432/shop"))
 *     .compose(postgres -> SagaEngine
 *         .create(vertx, node.bus(), postgres.sagaLog(), SagaOptions.defaults(), List.of(FULFIL))
 *         .start());
 * }</pre>
 *
 * <p>Thread rules: all types may be used from any thread; futures complete on the caller's context.
 */
@NullMarked
package io.vertebra.cluster.postgres;

import org.jspecify.annotations.NullMarked;
