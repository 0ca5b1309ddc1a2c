package io.vertebra.benchmarks.backpressure;

import io.vertebra.contract.Request;

/** What is sent, and what handling it costs. */
final class Parcels {
  /** Ours: taken in, with an answer. */
  static final Request<Parcel, Stored> STORE =
      Request.of("parcels.store", Parcel.class, Stored.class);

  /** The peer's: the same message as bytes. */
  static final String ADDRESS = "parcels.store";

  static final String PARCEL =
      "{\"number\":4711,\"from\":\"Atelier graphique, Nantes\",\"grams\":1250}";
  static final long COST_NANOS = 20_000;

  private Parcels() {}

  record Parcel(long number, String from, int grams) {}

  record Stored(long number) {}

  static Parcel parcel(long number) {
    return new Parcel(number, "Atelier graphique, Nantes", 1250);
  }
}
