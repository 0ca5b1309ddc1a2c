package io.vertebra.benchmarks.raw;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.vertx.core.eventbus.EventBus;

/** How bodies look on the wire. */
public enum RawFormat {
  JSON(JsonMapper.builder().build()),
  CBOR(CBORMapper.builder().build());

  private final ObjectMapper mapper;

  RawFormat(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  /** Registers the codecs of all message types; once for a bus, before its first message. */
  public void register(EventBus bus) {
    register(bus, PlaceOrder.class, "place-order.v1");
    register(bus, OrderPlaced.class, "order-placed.v1");
    register(bus, StockChanged.class, "stock-changed.v1");
  }

  private <T> void register(EventBus bus, Class<T> type, String name) {
    bus.registerDefaultCodec(type, new JacksonCodec<>(name, type, mapper));
  }
}
