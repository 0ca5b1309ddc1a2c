package io.vertebra.cluster.postgres;

import io.vertebra.idempotency.IdempotentHandler;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Transactions that handlers take part in, on sessions of their own. */
final class Transactions {
  private final Vertx vertx;
  private final PostgresOptions options;
  private final Sessions sessions;
  private final UnitSql sql;
  private final OutboxNotices notices;
  private final InboxPurge purge;

  Transactions(Postgres postgres, OutboxNotices notices) {
    this.vertx = postgres.vertx();
    this.options = postgres.options();
    this.sql = new UnitSql(postgres.statements("inbox.sql"), options.schema());
    this.notices = notices;
    this.purge = new InboxPurge(vertx, postgres.sessions(), sql, options);
    this.sessions =
        new Sessions(vertx, options, options.userSession(), options.transactionPoolSize());
  }

  Sessions sessions() {
    return sessions;
  }

  UnitSql sql() {
    return sql;
  }

  OutboxNotices notices() {
    return notices;
  }

  InboxPurge purge() {
    return purge;
  }

  /** When it is worth asking again for a key that another transaction holds. */
  Duration retryAfter() {
    return options.lease().dividedBy(4);
  }

  /** Each message in a transaction of its own. */
  <Q, R> IdempotentHandler<Q, R> each(
      BiFunction<? super Q, ? super UnitOfWork, Future<R>> handler,
      @Nullable Function<? super Q, ? extends R> nothingToUndo) {
    return contract -> {
      purge.start();
      Consumer<Q, R> consumer = new Consumer<>(contract, handler, nothingToUndo);
      return (message, call) -> {
        Incoming<Q, R> incoming = new Incoming<>(vertx, consumer, message, call);
        new InboxTransaction<>(this, consumer, List.of(incoming)).run();
        return incoming.future();
      };
    };
  }

  /** Up to {@code most} messages in one transaction. */
  <Q, R> IdempotentHandler<Q, R> batched(
      int most, BiFunction<? super Q, ? super UnitOfWork, Future<R>> handler) {
    checkSize(most);
    return contract -> {
      purge.start();
      Consumer<Q, R> consumer = new Consumer<>(contract, handler, null);
      return grouped(consumer, most, group -> new InboxTransaction<>(this, consumer, group).run());
    };
  }

  /** Up to {@code most} answers in one statement. */
  <Q, R> IdempotentHandler<Q, R> recorded(
      int most, BiFunction<? super Q, ? super Outgoing, Future<R>> handler) {
    checkSize(most);
    return contract -> {
      purge.start();
      Consumer<Q, R> consumer = new Consumer<>(contract, handler, null);
      return grouped(consumer, most, new RecordedBatch<>(this, consumer, handler)::run);
    };
  }

  private static void checkSize(int most) {
    if (most < 1 || most > 10_000) {
      throw new IllegalArgumentException("a batch has 1 to 10,000 messages: " + most);
    }
  }

  private <Q, R> BiFunction<Q, Call, Future<R>> grouped(
      Consumer<Q, R> consumer, int most, Function<List<Incoming<Q, R>>, Future<Void>> run) {
    Batches<Q, R> batches = new Batches<>(vertx.getOrCreateContext(), most, run);
    return (message, call) -> {
      Incoming<Q, R> incoming = new Incoming<>(vertx, consumer, message, call);
      batches.add(incoming);
      return incoming.future();
    };
  }

  Future<Void> close() {
    purge.close();
    return sessions.close();
  }
}
