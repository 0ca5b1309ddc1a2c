package io.vertebra.cluster.postgres;

import io.vertebra.saga.SagaEvent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The events of one transition as JSON, for the history table: an array of objects, for people and queries. */
final class EventCodec {
  private EventCodec() {}

  static String encode(List<SagaEvent> events) {
    JsonArray all = new JsonArray();
    for (SagaEvent event : events) {
      all.add(new JsonObject()
          .put("kind", event.kind().name())
          .put("step", event.step())
          .put("attempt", event.attempt())
          .put("detail", event.detail())
          .put("node", event.node())
          .put("epoch", event.epoch())
          .put("at", event.at().toString()));
    }
    return all.encode();
  }

  /** The events of one transition of an instance. */
  static List<SagaEvent> decode(String id, String saga, String key, JsonArray events) {
    List<SagaEvent> all = new ArrayList<>(events.size());
    for (int i = 0; i < events.size(); i++) {
      JsonObject event = events.getJsonObject(i);
      all.add(new SagaEvent(
          id,
          saga,
          key,
          SagaEvent.Kind.valueOf(event.getString("kind")),
          event.getString("step"),
          event.getInteger("attempt"),
          event.getString("detail"),
          event.getString("node"),
          event.getLong("epoch"),
          Instant.parse(event.getString("at"))));
    }
    return all;
  }
}
