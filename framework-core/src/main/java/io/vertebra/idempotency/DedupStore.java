package io.vertebra.idempotency;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which messages are being handled and what was answered: an SPI.
 *
 * <p>An entry belongs to a consumer and a key, so that two consumers can handle the same message. It
 * is running from {@link #begin} until {@link #complete} or {@link #release}, or until its lease has
 * run out: then the next {@code begin} is the first again, and the old token is fenced. A completed
 * entry answers duplicates for the store's window.
 *
 * <p>Each method is atomic per key. A method whose future fails may have had its effect or not: the
 * caller must not run the message on the strength of a failed {@code begin}, and an entry whose
 * {@code complete} failed runs out with its lease. Methods may be called from any thread and never
 * block. The test kit is {@code DedupStoreContract}.
 */
public interface DedupStore {

  /** A store in this process's memory. */
  static DedupStore inMemory(IdempotencyOptions options) {
    return inMemory(options, System::nanoTime);
  }

  /** The same with a clock of the caller's that counts nanoseconds, for tests. */
  static DedupStore inMemory(IdempotencyOptions options, LongSupplier nanoTime) {
    return new MemoryDedupStore(options, nanoTime);
  }

  /**
   * Asks whether to run a message.
   *
   * @param consumer who would run it
   * @param key its idempotency key
   * @param fingerprint hash of its content: the same key with another one is a conflict
   * @param lease how long it may run before somebody else may; {@link #extend} makes it longer
   */
  Future<Begin> begin(String consumer, String key, String fingerprint, Duration lease);

  /** Stores the reply. Answers {@link Completion#FENCED}, and stores nothing, if the entry is not the token's any more. */
  Future<Completion> complete(Token token, Buffer reply);

  /** Forgets a running entry, so that the next delivery runs. Does nothing if it is not the token's any more. */
  Future<Void> release(Token token);

  /** Makes the lease last {@code lease} from now. Answers false if the entry is not the token's any more. */
  Future<Boolean> extend(Token token, Duration lease);

  /** Proof of being the first; belongs to the store that gave it. */
  interface Token {}

  /** What {@link #begin} answers. */
  sealed interface Begin {}

  /**
   * Run it, then complete or release the token.
   *
   * @param token for the other methods
   */
  record First(Token token) implements Begin {}

  /**
   * It was run before.
   *
   * @param reply what was answered
   */
  record Duplicate(Buffer reply) implements Begin {}

  /**
   * It is being run.
   *
   * @param retryAfter when to ask again
   * @param ended completes when the first delivery has ended; null if the store cannot tell
   */
  record Running(Duration retryAfter, @Nullable Future<Void> ended) implements Begin {}

  /** The key was used for a message with another fingerprint. */
  record Conflict() implements Begin {}

  /** What became of {@link #complete}. */
  enum Completion {
    /** Duplicates get this reply. */
    STORED,
    /** Somebody else has taken over. */
    FENCED
  }
}
