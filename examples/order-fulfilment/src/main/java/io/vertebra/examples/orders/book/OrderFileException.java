package io.vertebra.examples.orders.book;

/** A file of orders cannot be used; the message says where and why. */
public final class OrderFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OrderFileException(String message) {
    super(message);
  }
}
