package io.vertebra.cluster.postgres;

import io.vertebra.idempotency.DedupStore;
import io.vertebra.idempotency.IdempotentHandler;
import io.vertebra.outbox.Outbox;
import io.vertebra.outbox.OutboxRelay;
import io.vertebra.outbox.OutboxTarget;
import io.vertebra.outbox.RelayOptions;
import io.vertebra.saga.SagaLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A PostgreSQL database with the framework's tables in it. One per process is enough: what it gives
 * shares its connections.
 */
public final class Postgres {
  /** The database's time. As a subquery it is read once a statement, so that an index can be used. */
  private static final String NOW = "(SELECT clock_timestamp())";

  private final Vertx vertx;
  private final PostgresOptions options;
  private final Sessions sessions;
  private final Notices notices;
  private final String now;
  private final SagaLog sagaLog;
  private final PostgresDedupStore dedupStore;
  private final Transactions transactions;
  private final PostgresOutbox outbox;

  private Postgres(Vertx vertx, PostgresOptions options, Sessions sessions, String now) {
    this.vertx = vertx;
    this.options = options;
    this.sessions = sessions;
    this.now = now;
    this.notices = new Notices(vertx, options, sessions);
    this.sagaLog = new PostgresSagaLog(this);
    this.dedupStore = new PostgresDedupStore(this);
    OutboxNotices outboxNotices = new OutboxNotices(notices);
    this.transactions = new Transactions(this, outboxNotices);
    this.outbox = new PostgresOutbox(this, outboxNotices);
  }

  /**
   * Connects, and creates or brings up to date the framework's tables, safely beside other nodes that
   * do the same. While the database cannot be reached it tries again, at most {@link
   * PostgresOptions#connectTimeout()}, and logs that it does.
   *
   * <p>Fails with {@code NODE_UNUSABLE} if the database refuses, was not reached in time, or has
   * tables that are too new for this release.
   */
  public static Future<Postgres> connect(Vertx vertx, PostgresOptions options) {
    return connect(vertx, options, NOW, Migrations.ofThisCode());
  }

  /** The same with another clock, an SQL expression, and other migrations; for tests. */
  static Future<Postgres> connect(
      Vertx vertx, PostgresOptions options, String now, List<Migration> migrations) {
    Sessions sessions = new Sessions(vertx, options, options.storeSession(), options.poolSize());
    Migrations schema = new Migrations(options.schema(), migrations);
    return new Connecting(vertx, options, () -> schema.apply(sessions.pool()))
        .begin()
        .map(done -> new Postgres(vertx, options, sessions, now))
        .onFailure(failure -> sessions.close());
  }

  /** Where sagas are kept, for {@code SagaEngine}. The same one each time; it may be shared by many engines. */
  public SagaLog sagaLog() {
    return sagaLog;
  }

  /**
   * Where idempotent consumers remember what they answered, for {@code Idempotency}; for handlers whose
   * effect is elsewhere. Where the effect is in this database, {@link #inTransaction} promises more. The
   * same one each time.
   */
  public DedupStore dedupStore() {
    dedupStore.purge().start();
    return dedupStore;
  }

  /**
   * Has each message handled in one transaction: {@code on.request(X, postgres.inTransaction((message,
   * unit) -> ..))}. The handler's statements, what it sends and its answer are committed together, and
   * a duplicate gets the first answer without the handler being called. A failed future rolls
   * everything back, and the next delivery runs; a declared failure rolls back too, but is kept as the
   * answer.
   *
   * <p>Failures besides the handler's: {@code CONFLICT} if the key was used for another message,
   * {@code STILL_RUNNING} if another delivery holds it for longer than half a lease, {@code
   * STORE_UNAVAILABLE} if the database cannot be reached, {@code STEP_COMPENSATED} if the message is a
   * saga step's command and the step's compensation was here first; in these cases nothing was run.
   * {@code OUTCOME_UNKNOWN} if the connection was lost during the commit: the next delivery finds out.
   */
  public <Q, R> IdempotentHandler<Q, R> inTransaction(
      BiFunction<? super Q, ? super UnitOfWork, Future<R>> handler) {
    return transactions.each(handler, null);
  }

  /**
   * The same for many messages of one contract at once: those that arrive while others are under way
   * are committed together, up to {@code most}; none waits for more to come. Handlers of a group share
   * a connection, so their statements are sent without waiting for each other. If one of them fails,
   * all are rolled back and each runs again in a transaction of its own: a handler may be called twice.
   *
   * @param most 1 to 10,000
   */
  public <Q, R> IdempotentHandler<Q, R> inTransactionBatched(
      int most, BiFunction<? super Q, ? super UnitOfWork, Future<R>> handler) {
    return transactions.batched(most, handler);
  }

  /**
   * For handlers that write nothing to the database themselves: only answers and outgoing messages are
   * kept, those of up to {@code most} messages in one statement after their handlers. Two deliveries of
   * one message at the same time may both call the handler; one answer and its outgoing messages are
   * kept, and both get that answer.
   *
   * @param most 1 to 10,000
   */
  public <Q, R> IdempotentHandler<Q, R> recordedBatched(
      int most, BiFunction<? super Q, ? super Outgoing, Future<R>> handler) {
    return transactions.recorded(most, handler);
  }

  /**
   * Like {@link #inTransaction} for the compensation of a saga step whose own command goes to a handler
   * made by this class, on the same database. If that command never had an effect, the handler is not
   * called: {@code nothingToUndo} gives the answer, and the command is refused should it still come. A
   * compensation that arrives while the command runs waits for it. Messages that are no compensation go
   * to the handler as they are.
   */
  public <Q, R> IdempotentHandler<Q, R> compensating(
      BiFunction<? super Q, ? super UnitOfWork, Future<R>> handler,
      Function<? super Q, ? extends R> nothingToUndo) {
    return transactions.each(handler, nothingToUndo);
  }

  /** Where messages wait that were sent in transactions, for looking after dead letters. The same one each time. */
  public Outbox outbox() {
    return outbox;
  }

  /**
   * A verticle that sends what handlers have sent or published in their transactions. Deploy one on each
   * node: {@code node.deploy(() -> postgres.relay(OutboxTarget.bus(node.bus(), X, Y), options))}.
   */
  public OutboxRelay relay(OutboxTarget target, RelayOptions options) {
    return OutboxRelay.create(outbox, target, options);
  }

  /** Closes all connections. What is on its way fails; what was written stays. */
  public Future<Void> close() {
    dedupStore.purge().close();
    return Future.join(transactions.close(), outbox.close(), notices.close(), sessions.close())
        .mapEmpty();
  }

  /** Connections whose sessions find the framework's tables without a prefix. Ask for them each time. */
  Pool pool() {
    return sessions.pool();
  }

  /** Statements with a time limit on the same connections. */
  Sessions sessions() {
    return sessions;
  }

  /** What sessions tell each other. */
  Notices notices() {
    return notices;
  }

  Transactions transactions() {
    return transactions;
  }

  /** How the database is used. */
  PostgresOptions options() {
    return options;
  }

  Vertx vertx() {
    return vertx;
  }

  /** The statements in a resource of this package. */
  Statements statements(String resource) {
    return new Statements(resource, now);
  }
}
