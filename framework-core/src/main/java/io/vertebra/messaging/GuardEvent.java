package io.vertebra.messaging;

/**
 * Something that the node did, or saw, to protect itself, its callers or those it calls.
 *
 * @param kind what it did
 * @param contract id of the contract, or what stands in for one, such as the name of a peer
 * @param reason why, one of a few fixed words for each kind, fit for a tag of a meter
 * @param detail the values of this case, for people; may be empty
 * @param missedBefore events that were left out since the one before, because they came too fast
 */
public record GuardEvent(
    Kind kind, String contract, String reason, String detail, long missedBefore) {

  /** What a node does to protect itself and others. */
  public enum Kind {
    /** A call was refused for want of capacity, before its handler. */
    REJECTED,
    /** A call was dropped because its time had run out. */
    EXPIRED,
    /** A call was ended because its caller gave up. */
    CANCELLED,
    /** A call runs on long after its caller gave up. */
    LOST,
    /** A call was made again. */
    RETRIED,
    /** A second call was made because the first took long. */
    HEDGED,
    /** A call was refused by its own node, because the one it would go to refuses most. */
    THROTTLED,
    /** A breaker changed its state, which is the reason. */
    BREAKER,
    /** A handler held up its event loop. */
    STALLED,
    /** An event loop has begun to stand still for long, so that calls go elsewhere, or runs again. */
    UNHEALTHY,
    /** The limit of a contract was changed because of how its handlers behave. */
    LIMITED,
    /** The handler of a contract was moved off its event loop because of its stalls, or back. */
    RELOCATED,
    /** A publication did not reach another node, because the link to it failed or the node is gone. */
    DROPPED,
    /** Something another node sent was clamped or refused. */
    DISTRUSTED
  }

  /** The same after {@code events} that were left out. */
  public GuardEvent missing(long events) {
    return events == 0 ? this : new GuardEvent(kind, contract, reason, detail, events);
  }
}
