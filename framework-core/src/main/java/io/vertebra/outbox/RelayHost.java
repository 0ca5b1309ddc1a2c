package io.vertebra.outbox;

import java.util.List;

/**
 * What a relay asks of the world. Each call answers later, through the method of {@link RelayCore}
 * that is named; never from inside the call.
 */
interface RelayHost {
  /** Answered by {@code granted}, or not at all. */
  void acquire(int wanted);

  /** Answered by {@code renewed}, or not at all. */
  void renew(List<Outbox.Lease> leases);

  /** Not answered. */
  void release(List<Outbox.Lease> leases);

  /** Not answered; the last call. */
  void leave();

  /** Answered by {@code stopsFound} or {@code stopsNotFound}. */
  void findStops(List<Outbox.Lease> leases);

  /** Answered by {@code fetched} or {@code notFetched}. One at a time. */
  void fetch(List<Outbox.Lane> lanes, List<Integer> most);

  /** Answered by {@code asideFetched} or {@code asideNotFetched}. */
  void fetchAside(Outbox.Lane lane, String key, int limit);

  /** Answered by {@code settled} or {@code notSettled}. One at a time. */
  void settle(List<Outbox.Lease> leases, List<Outbox.Change> changes);

  /**
   * Answered by {@code sent}. Not to be sent once {@code until} has come, on the clock of the caller's
   * {@code now}: then it is answered with {@link SendResult#NOT_SENT}.
   */
  void send(Outbox.Row row, int attempt, long until);

  /** Not answered. A row was given up. */
  void givenUp(Outbox.Row row, int attempts, String cause);
}
