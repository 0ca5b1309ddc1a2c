package io.vertebra.cluster.redis;

import io.vertebra.idempotency.DedupStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * A {@link DedupStore} on a Redis server, version 5 or newer. Nodes that use the same server share
 * their entries.
 *
 * <p>It is no fence: a handler that outlives its lease may have had its effect although its reply is
 * refused. What Redis forgets, because it was restarted without persistence or has failed over to a
 * replica that lagged, may run again. Where that matters keep the entry in the effect's own
 * transaction.
 *
 * <p>Each method is one script, run where the entry is, in the server's time; what piles up while
 * others are under way is sent together. A server that cannot be reached, or that does not answer
 * within 5 s, fails the methods; the next ones connect anew. Futures complete on a context of the
 * store's.
 */
public final class RedisDedupStore implements DedupStore {
  private static final Duration RETRY_AFTER = Duration.ofMillis(100);
  private static final String PREFIX = "vertebra:dedup:";
  private static final int FIRST = 0;
  private static final int RUNNING = 2;
  private static final int DONE = 4;

  private final ScriptRunner scripts;
  private final long windowMillis;
  private final LongSupplier timeShift;
  private final String store = UUID.randomUUID().toString();
  private final AtomicLong lastToken = new AtomicLong();

  RedisDedupStore(Vertx vertx, String uri, Duration window, LongSupplier timeShift) {
    if (window.isNegative() || window.isZero()) {
      throw new IllegalArgumentException("window must be more than 0: " + window);
    }
    this.scripts = new ScriptRunner(vertx, uri);
    this.windowMillis = window.toMillis();
    this.timeShift = timeShift;
  }

  /**
   * A store on the server at {@code uri}. It connects when it is first used, and {@link #close} ends
   * its connection.
   *
   * @param uri such as {@code redis://:password@host:6379/0}, or {@code rediss://} for TLS
   * @param window how long a reply is kept for duplicates
   */
  public static RedisDedupStore create(Vertx vertx, String uri, Duration window) {
    return new RedisDedupStore(vertx, uri, window, () -> 0);
  }

  /** Ends the connection. What is under way fails. */
  public Future<Void> close() {
    return scripts.close();
  }

  private record Running(String key, String token) implements Token {}

  @Override
  public Future<Begin> begin(String consumer, String key, String fingerprint, Duration lease) {
    Running token = new Running(
        PREFIX + consumer + ":" + key,
        store + "-" + Long.toString(lastToken.incrementAndGet(), 36));
    Buffer print = Buffer.buffer(fingerprint);
    return run("begin", token, print, lease.toMillis(), answer -> begun(answer, token));
  }

  private static Begin begun(Response answer, Running token) {
    if (answer.type() == ResponseType.BULK) {
      return new Duplicate(answer.toBuffer());
    }
    return switch (answer.toInteger()) {
      case FIRST -> new First(token);
      case RUNNING -> new DedupStore.Running(RETRY_AFTER, null);
      default -> new Conflict();
    };
  }

  @Override
  public Future<Completion> complete(Token token, Buffer reply) {
    return run(
        "complete",
        (Running) token,
        reply,
        0,
        answer -> answer.toInteger() == DONE ? Completion.STORED : Completion.FENCED);
  }

  @Override
  public Future<Void> release(Token token) {
    return run("release", (Running) token, Buffer.buffer(), 0, answer -> null);
  }

  @Override
  public Future<Boolean> extend(Token token, Duration lease) {
    return run(
        "extend",
        (Running) token,
        Buffer.buffer(),
        lease.toMillis(),
        answer -> answer.toInteger() == DONE);
  }

  private <T> Future<T> run(
      String method,
      Running token,
      Buffer content,
      long leaseMillis,
      Function<Response, T> answer) {
    return scripts
        .run(
            token.key,
            arguments -> arguments
                .arg(method)
                .arg(token.token)
                .arg(content)
                .arg(leaseMillis)
                .arg(windowMillis)
                .arg(timeShift.getAsLong()))
        .map(answer);
  }
}
