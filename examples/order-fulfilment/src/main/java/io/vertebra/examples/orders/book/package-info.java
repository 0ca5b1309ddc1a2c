/** Where orders, products and customers come from: a database that is a jar, or a file of JSON. */
@NullMarked
package io.vertebra.examples.orders.book;

import org.jspecify.annotations.NullMarked;
