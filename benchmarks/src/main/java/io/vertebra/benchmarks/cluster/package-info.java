/**
 * Members of clusters on loopback, of either side: {@link io.vertebra.benchmarks.cluster.Membership}
 * says which cluster a JVM belongs to.
 */
@NullMarked
package io.vertebra.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
