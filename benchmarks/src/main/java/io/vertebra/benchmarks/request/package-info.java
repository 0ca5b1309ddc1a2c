/**
 * Request and reply under load, in one JVM and between two: {@link
 * io.vertebra.benchmarks.request.LocalRequest}, {@link io.vertebra.benchmarks.request.ClusterRequest}.
 */
@NullMarked
package io.vertebra.benchmarks.request;

import org.jspecify.annotations.NullMarked;
