/** How soon another node learns that a caller has given up: {@link io.vertebra.benchmarks.cancel.CancelLoad}. */
@NullMarked
package io.vertebra.benchmarks.cancel;

import org.jspecify.annotations.NullMarked;
