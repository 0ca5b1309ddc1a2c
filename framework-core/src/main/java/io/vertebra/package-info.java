/**
 * Nodes and the verticles that live on them.
 *
 * <p>{@link io.vertebra.ServiceVerticle} is the class to extend, {@link io.vertebra.Node} what it
 * needs on its Vert.x instance:
 *
 * <pre>{@code
 * class Greeter extends ServiceVerticle {
 *   protected void services(Services on) {
 *     on.request(GREET, greet -> Future.succeededFuture(new Greeting("Hello " + greet.name())));
 *   }
 * }
 *
 * Node node = Node.create(Vertx.vertx());
 * node.deploy(Greeter::new)
 *     .compose(id -> node.bus().request(GREET, new Greet("Ada")))
 *     .onSuccess(greeting -> System.out.println(greeting.text()));
 * }</pre>
 *
 * <p>Thread rules: a node may be used from any thread; a verticle's handlers run as the verb says
 * with which they were registered.
 */
@NullMarked
package io.vertebra;

import org.jspecify.annotations.NullMarked;
