package io.vertebra.examples.orders.services;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.examples.orders.contracts.Orders.Quantity;
import io.vertebra.examples.orders.contracts.Stock;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Keeps the book of the stock: what is in the house, and what of it is set aside for which order. */
final class StockVerticle extends ServiceVerticle {
  private final Map<String, Item> items = new TreeMap<>();
  private final Map<String, List<Quantity>> reservations = new HashMap<>();
  private final Set<String> closed = new HashSet<>();
  private final Effects effects;

  StockVerticle(Map<String, Integer> opening, Effects effects) {
    opening.forEach((product, pieces) -> items.put(product, new Item(product, pieces)));
    this.effects = effects;
  }

  @Override
  protected void services(Services on) {
    // 1. The contracts of the commands have an idempotency key: a command that comes twice is
    //    answered with its first reply, and its handler does not run again.
    on.request(Stock.RESERVE, this::reserve);
    on.request(Stock.RELEASE, this::release);
    on.request(Stock.TAKE, this::take);
    on.request(Stock.LEVELS, this::levels);
  }

  // 2. All or nothing. Handlers run one after the other, so nothing changes between look and leap.
  private Future<Stock.Reserved> reserve(Stock.Reserve command, Call call) {
    if (closed.contains(command.orderId())) {
      return call.fail(new Stock.Withdrawn(command.orderId()));
    }
    for (Quantity wanted : command.quantities()) {
      Item item = items.get(wanted.product());
      int available = item == null ? 0 : item.left - item.reserved;
      if (available < wanted.pieces()) {
        return call.fail(new Stock.OutOfStock(wanted.product(), wanted.pieces(), available));
      }
    }
    book(command.quantities(), 0, 1);
    reservations.put(command.orderId(), command.quantities());
    effects.applied(call, node().id());
    return Future.succeededFuture(new Stock.Reserved(command.orderId()));
  }

  // 3. The compensation. It may overtake the reservation that it undoes, which must then fail.
  private Future<Stock.Released> release(Stock.Release command, Call call) {
    closed.add(command.orderId());
    List<Quantity> reserved = reservations.remove(command.orderId());
    if (reserved != null) {
      book(reserved, 0, -1);
      effects.applied(call, node().id());
    }
    return Future.succeededFuture(new Stock.Released(command.orderId()));
  }

  // 4. The parcel has left: what was set aside is no longer in the house.
  private Future<Stock.Taken> take(Stock.Take command, Call call) {
    List<Quantity> reserved = reservations.remove(command.orderId());
    if (reserved == null) {
      return call.fail(new Stock.NotReserved(command.orderId()));
    }
    closed.add(command.orderId());
    book(reserved, -1, -1);
    effects.applied(call, node().id());
    return Future.succeededFuture(new Stock.Taken(command.orderId()));
  }

  private Future<Stock.Levels> levels(Stock.ListLevels query) {
    return Future.succeededFuture(new Stock.Levels(items.values().stream()
        .map(item -> new Stock.Level(item.product, item.opening, item.left, item.reserved))
        .toList()));
  }

  private void book(List<Quantity> quantities, int left, int reserved) {
    for (Quantity quantity : quantities) {
      Item item = items.get(quantity.product());
      if (item == null) {
        throw new IllegalStateException("reserved, but not in the book: " + quantity.product());
      }
      item.left += left * quantity.pieces();
      item.reserved += reserved * quantity.pieces();
    }
  }

  private static final class Item {
    private final String product;
    private final int opening;
    private int left;
    private int reserved;

    Item(String product, int opening) {
      this.product = product;
      this.opening = opening;
      this.left = opening;
    }
  }
}
