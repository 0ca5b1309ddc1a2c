/** How fast stores deduplicate. Read it from {@link io.vertebra.benchmarks.dedup.DedupLoad} on. */
@NullMarked
package io.vertebra.benchmarks.dedup;

import org.jspecify.annotations.NullMarked;
