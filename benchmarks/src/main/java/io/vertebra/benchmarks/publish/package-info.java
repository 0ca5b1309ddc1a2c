/** One publisher and its subscribers in one JVM: {@link io.vertebra.benchmarks.publish.PublishLoad}. */
@NullMarked
package io.vertebra.benchmarks.publish;

import org.jspecify.annotations.NullMarked;
