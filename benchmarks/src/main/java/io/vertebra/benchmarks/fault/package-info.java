/**
 * What callers notice when nodes die, freeze or leave: {@link
 * io.vertebra.benchmarks.fault.FailureWindow}, {@link io.vertebra.benchmarks.fault.RollingRestart}.
 */
@NullMarked
package io.vertebra.benchmarks.fault;

import org.jspecify.annotations.NullMarked;
