/**
 * Child JVMs from the same jar, and the lines that go to and fro over their standard streams. A child
 * ends when its parent does, also when the parent is killed.
 */
@NullMarked
package io.vertebra.benchmarks.process;

import org.jspecify.annotations.NullMarked;
