/**
 * The bus with the types of RxJava 3.
 *
 * <p>{@link io.vertebra.rx.RxBus} is the entry type:
 *
 * <pre>{@code
 * RxBus bus = RxBus.on(node);
 * bus.topic(Stock.MOVED)
 *     .concatMapSingle(moved -> bus.request(Stock.LEVEL, new Level(moved.sku())))
 *     .filter(level -> level.left() < 10)
 *     .subscribe(level -> reorder(level.sku()));
 * }</pre>
 *
 * <p>Thread rules: everything may be used from any thread. Nothing is sent before it is subscribed
 * to; what follows is signalled on the Vert.x context of whoever subscribed, or on an event loop.
 */
@NullMarked
package io.vertebra.rx;

import org.jspecify.annotations.NullMarked;
