package io.vertebra.cluster.postgres;

import io.vertebra.idempotency.DedupStore;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;

/** Entries in a table, one row each; what callers ask for at the same time goes into one statement. */
final class PostgresDedupStore implements DedupStore {
  /** One for begins and one for what follows: more would only make their groups smaller. */
  private static final int LANES = 1;

  private final long windowMillis;
  private final Lanes<DedupBegins.Ask, Begin> begins;
  private final Lanes<DedupSettlings.Ask, Boolean> settlings;
  private final DedupPurge purge;

  PostgresDedupStore(Postgres postgres) {
    VertxInternal vertx = (VertxInternal) postgres.vertx();
    Statements sql = postgres.statements("dedup-store.sql");
    this.windowMillis = postgres.options().dedupWindow().toMillis();
    this.begins = new Lanes<>(
        vertx,
        LANES,
        new DedupBegins(postgres.sessions(), sql.get("begin")),
        ask -> ask.id().hashCode());
    this.settlings = new Lanes<>(
        vertx,
        LANES,
        new DedupSettlings(postgres.sessions(), sql.get("settle")),
        ask -> ask.id().hashCode());
    this.purge = new DedupPurge(vertx, postgres.sessions(), sql.get("purge"), windowMillis);
  }

  /** What forgets old entries. */
  DedupPurge purge() {
    return purge;
  }

  /** What an entry belongs to. */
  record Id(String consumer, String key) {}

  /** The entry, as long as nobody else has taken it over. */
  record Held(Id id, long number) implements Token {}

  @Override
  public Future<Begin> begin(String consumer, String key, String fingerprint, Duration lease) {
    return begins.submit(new DedupBegins.Ask(new Id(consumer, key), fingerprint, lease.toMillis()));
  }

  @Override
  public Future<Completion> complete(Token token, Buffer reply) {
    return settlings
        .submit(new DedupSettlings.Ask((Held) token, reply, windowMillis))
        .map(settled -> settled ? Completion.STORED : Completion.FENCED);
  }

  @Override
  public Future<Void> release(Token token) {
    return settlings.submit(new DedupSettlings.Ask((Held) token, null, null)).mapEmpty();
  }

  @Override
  public Future<Boolean> extend(Token token, Duration lease) {
    return settlings.submit(new DedupSettlings.Ask((Held) token, null, lease.toMillis()));
  }
}
