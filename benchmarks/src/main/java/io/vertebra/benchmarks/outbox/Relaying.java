package io.vertebra.benchmarks.outbox;

import io.vertx.core.Future;
import java.util.List;

/** One way to get rows out of a table and onto the bus. */
interface Relaying {
  String name();

  /** Commits parcels in one transaction. */
  Future<Void> commit(List<Parcels.Parcel> parcels);

  /** Commits so many parcels to different addresses, and a hundredth as many to nowhere. */
  Future<Void> fill(int parcels);

  /** Begins to relay. */
  Future<Void> start();

  /** Looks for what is to be sent, as it does again and again, and sends nothing. */
  Future<Integer> look();

  /** Ends relaying, and empties the table. */
  Future<Void> stop();

  Future<Void> close();
}
