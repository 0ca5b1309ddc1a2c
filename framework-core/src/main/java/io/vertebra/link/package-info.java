/**
 * Links between nodes: frames that travel in batches, the calls that wait for an answer, and the
 * adapter that runs the directory. Everything is confined to the link lane, whose event loop never
 * runs user code when the node was started as a cluster node.
 *
 * <p>A link batches by itself: what piles up while its loop is busy travels together.
 *
 * <p>Not exported from the module, except to vertebra-cluster.
 */
@NullMarked
package io.vertebra.link;

import org.jspecify.annotations.NullMarked;
