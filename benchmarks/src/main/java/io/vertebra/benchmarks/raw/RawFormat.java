package io.vertebra.benchmarks.raw;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.vertx.core.eventbus.EventBus;

/** How bodies look on the wire. */
public enum RawFormat {
  JSON,
  CBOR;

  /** Registers the codecs of all message types; once for a bus, before its first message. */
  public void register(EventBus bus) {
    ObjectMapper mapper = this == JSON ? new JsonMapper() : new CBORMapper();
    register(bus, PlaceOrder.class, "place-order.v1", mapper);
    register(bus, OrderPlaced.class, "order-placed.v1", mapper);
    register(bus, StockChanged.class, "stock-changed.v1", mapper);
  }

  private static <T> void register(EventBus bus, Class<T> type, String name, ObjectMapper mapper) {
    bus.registerDefaultCodec(type, new JacksonCodec<>(name, type, mapper));
  }
}
