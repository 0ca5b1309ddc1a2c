/** One contract, served and called: {@link io.vertebra.examples.quickstart.Quickstart} is all there is. */
@NullMarked
package io.vertebra.examples.quickstart;

import org.jspecify.annotations.NullMarked;
