/**
 * Who serves what in the cluster, and which calls wait for whom: the protocol, without Vert.x.
 *
 * <p>{@link io.vertebra.directory.Directory} is the entry type. It is a state machine: its owner
 * tells it what happened and what time it is, and it answers with
 * {@link io.vertebra.directory.DirectoryEffects}. It has no clock, no thread and no randomness, so
 * that a simulation can run it through any history:
 *
 * <pre>{@code
 * Directory directory = new Directory("node-1", incarnation, DirectoryOptions.defaults(), effects, now);
 * directory.peerJoined("node-2", now);
 * long version = directory.serve(contract, now); // effects.acknowledged(version, ..) follows
 * directory.tick(now);                           // at directory.nextTick(), again and again
 * }</pre>
 *
 * <p>{@link io.vertebra.directory.PendingCalls} holds the calls that wait for a reply,
 * {@link io.vertebra.directory.InboundFrames} finds lost frames, and
 * {@link io.vertebra.directory.RoutingTable} picks a node.
 *
 * <p>Thread rules: a {@code Directory}, and whatever has methods that change it, belongs to one
 * thread. Records and {@link io.vertebra.directory.RoutingTable} are immutable, and
 * {@link io.vertebra.directory.NodeLoad} may be used from everywhere.
 */
@NullMarked
package io.vertebra.directory;

import org.jspecify.annotations.NullMarked;
