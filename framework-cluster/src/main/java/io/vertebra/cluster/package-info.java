/**
 * Nodes that form a cluster.
 *
 * <p>{@link io.vertebra.cluster.ClusterNode} is the entry type:
 *
 * <pre>{@code
 * ClusterNode.start(ClusterOptions.defaults()
 *         .withPort(5701)
 *         .withMembers("10.0.0.1:5701", "10.0.0.2:5701"))
 *     .compose(node -> node.deploy(StockService::new));
 * }</pre>
 *
 * <p>Thread rules: as for {@link io.vertebra.Node}.
 */
@NullMarked
package io.vertebra.cluster;

import org.jspecify.annotations.NullMarked;
