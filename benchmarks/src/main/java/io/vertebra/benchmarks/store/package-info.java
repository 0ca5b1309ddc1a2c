/**
 * What the stores on PostgreSQL take, without engines and handlers on top. The server is started for
 * the run, unless {@code --uri} names one.
 */
@NullMarked
package io.vertebra.benchmarks.store;

import org.jspecify.annotations.NullMarked;
