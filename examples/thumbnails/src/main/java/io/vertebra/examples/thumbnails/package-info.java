/** An image service whose small requests stay fast while thumbnails keep its processor busy. */
@NullMarked
package io.vertebra.examples.thumbnails;

import org.jspecify.annotations.NullMarked;
