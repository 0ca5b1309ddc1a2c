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
    bus.registerDefaultCodec(PlaceOrder.class, new JacksonCodec<>("place-order.v1", PlaceOrder.class, mapper));
    bus.registerDefaultCodec(OrderPlaced.class, new JacksonCodec<>("order-placed.v1", OrderPlaced.class, mapper));
  }
}
