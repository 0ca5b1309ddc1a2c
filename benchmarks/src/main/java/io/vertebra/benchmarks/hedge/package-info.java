/** Some replies take far longer than others: {@link io.vertebra.benchmarks.hedge.HedgeLoad}. */
@NullMarked
package io.vertebra.benchmarks.hedge;

import org.jspecify.annotations.NullMarked;
