/**
 * What services say to each other, as constants: a name, message types, declared failures.
 *
 * <p>Start with {@link io.vertebra.contract.Request}:
 *
 * <pre>{@code
 * static final Request<Reserve, Reserved> RESERVE = Request.of("stock.reserve", Reserve.class, Reserved.class)
 *     .failsWith(OutOfStock.class)
 *     .idempotentBy(Reserve::orderId)
 *     .keyedBy(Reserve::sku);
 * }</pre>
 *
 * <p>Messages are records or sealed interfaces of records; {@link io.vertebra.contract.Shape} lists
 * what they may be made of. Everything is checked when the contract is made.
 *
 * <p>Thread rules: contracts are immutable and may be shared by all threads.
 */
@NullMarked
package io.vertebra.contract;

import org.jspecify.annotations.NullMarked;
