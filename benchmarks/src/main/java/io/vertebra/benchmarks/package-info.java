/**
 * The load programs, each of which compares Vertebra with the bare event bus in the same run. {@link
 * io.vertebra.benchmarks.Benchmarks} is the entry: {@code java -jar benchmarks.jar NAME [--seconds N]}.
 */
@NullMarked
package io.vertebra.benchmarks;

import org.jspecify.annotations.NullMarked;
