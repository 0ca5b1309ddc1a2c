/**
 * How messages travel: frames, metadata and the formats of bodies.
 *
 * <p>{@link io.vertebra.wire.Format} turns the records of a contract into bytes and back:
 *
 * <pre>{@code
 * Buffer body = Format.JSON.encode(Reserve.class, reserve);
 * Reserve same = Format.JSON.decode(Reserve.class, body, "stock.reserve");
 * }</pre>
 *
 * <p>Thread rules: formats are stateless and may be used by all threads.
 */
@NullMarked
package io.vertebra.wire;

import org.jspecify.annotations.NullMarked;
