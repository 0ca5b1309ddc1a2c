/**
 * Deduplication in the memory of a cluster. Read it from {@link
 * io.vertebra.cluster.hazelcast.HazelcastDedupStore} on.
 */
@NullMarked
package io.vertebra.cluster.hazelcast;

import org.jspecify.annotations.NullMarked;
