package io.vertebra.gateway;

import io.vertebra.contract.Request;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.CallOptions;
import io.vertebra.saga.SagaEngine;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Work that goes on after the HTTP request that began it was answered, and that is known by a key.
 * Implementations may be called from any thread; futures may complete on any.
 *
 * @param <Q> the message that begins it
 * @param <R> its outcome
 */
public interface Progress<Q, R> {

  /**
   * The instances of the saga that a contract starts, by business key. Those that another engine with
   * the same log runs are found too; what is new of them is noticed only every now and then.
   *
   * @throws IllegalArgumentException if no saga of the engine is started by the contract
   */
  static <Q, R> Progress<Q, R> ofSaga(SagaEngine engine, Request<Q, R> contract) {
    return new SagaProgress<>(engine, contract);
  }

  /**
   * Calls of a contract, by its idempotency key or else its routing key. What becomes of them is kept
   * in the memory of this object, so several instances of a gateway have to share one, and it is lost
   * with the process. The same key again joins a call that runs or was answered; it begins another one
   * if the call failed otherwise.
   *
   * @param options of each call; its timeout is how long the work may take
   * @param most how many calls may run, and how many outcomes are remembered, the latest
   * @throws IllegalArgumentException if the contract has neither key
   */
  static <Q, R> Progress<Q, R> ofCalls(
      Bus bus, Request<Q, R> contract, CallOptions options, int most) {
    return new CallProgress<>(bus, contract, options, most);
  }

  /**
   * Begins the work, or attaches to that of the same key; completes as soon as it will go on without
   * the caller.
   */
  Future<State<R>> begin(Q message);

  /** Where the work stands; empty if its key is not known, or not any more. */
  Future<Optional<State<R>>> find(String key);

  /** What has happened so far, in order. Later answers begin with the same events. */
  Future<List<Event>> history(String key);

  /**
   * Has {@code action} run, on any thread, whenever {@link #find} or {@link #history} may answer
   * something new. It must not block. Answers what takes it back.
   */
  Runnable onChange(String key, Runnable action);

  /**
   * Where work stands.
   *
   * @param key of the work
   * @param status a word for it, such as {@code RUNNING}
   * @param isFinal whether it has ended for good
   * @param outcome what came of it; null if it has not ended, or failed
   * @param failure why it has no outcome although it ended; null otherwise
   * @param <R> its outcome
   */
  record State<R>(
      String key,
      String status,
      boolean isFinal,
      @Nullable R outcome,
      @Nullable Throwable failure) {

    /** Work that has not ended. */
    public static <R> State<R> running(String key, String status) {
      return new State<>(key, status, false, null, null);
    }

    /** Work that has ended with an outcome. */
    public static <R> State<R> ended(String key, String status, R outcome) {
      return new State<>(key, status, true, outcome, null);
    }

    /** Work that has ended without one. */
    public static <R> State<R> failed(String key, String status, Throwable failure) {
      return new State<>(key, status, true, null, failure);
    }
  }

  /**
   * Something that happened.
   *
   * @param kind a word for it, such as {@code REPLIED}
   * @param step where in the work; empty if to the work as a whole
   * @param attempt which attempt of the step, from 1; 0 if that says nothing
   * @param detail why, without contents of messages; empty if there is nothing to say
   * @param at when, by the clock of the node it happened on
   */
  record Event(String kind, String step, int attempt, String detail, Instant at) {}
}
