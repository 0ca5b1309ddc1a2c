package io.vertebra.saga;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** What an owner needs to know, its times in milliseconds. */
record OwnerSettings(
    String owner,
    int partitions,
    long leaseMillis,
    long pollMillis,
    long purgeMillis,
    int maxBatch,
    int maxActive,
    InstantSource clock) {

  /** The history of a decision. */
  List<SagaEvent> events(Entry<?> entry, Decision<?> decision) {
    List<SagaEvent> events = new ArrayList<>(decision.notes().size());
    for (Decision.Note note : decision.notes()) {
      events.add(new SagaEvent(
          decision.next().id(),
          entry.key.saga(),
          entry.key.key(),
          note.kind(),
          note.step(),
          note.attempt(),
          note.detail(),
          owner,
          entry.epoch,
          clock.instant()));
    }
    return events;
  }
}
