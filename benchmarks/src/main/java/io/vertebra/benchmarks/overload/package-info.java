/** More calls than a service can serve: how many are still answered in time. */
@NullMarked
package io.vertebra.benchmarks.overload;

import org.jspecify.annotations.NullMarked;
