package io.vertebra.cluster.postgres;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.sqlclient.PrepareOptions;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collector;
import org.jspecify.annotations.Nullable;

/**
 * A connection within a transaction, as a handler may use it: until the handler has ended, and not
 * beyond its transaction.
 */
final class GuardedSql implements SqlClient {
  private final SqlClient connection;
  private final ContextInternal context;
  private volatile boolean used;
  private volatile boolean ended;
  private volatile @Nullable Throwable failure;

  GuardedSql(SqlClient connection, ContextInternal context) {
    this.connection = connection;
    this.context = context;
  }

  /** Refuses statements from now on. */
  void end() {
    ended = true;
  }

  /** Whether there was a statement. */
  boolean isUsed() {
    return used;
  }

  /** Why the transaction cannot be committed: the first statement that failed; null if none has. */
  @Nullable
  Throwable failure() {
    return failure;
  }

  private <T> Future<T> guard(Supplier<Future<T>> statement) {
    if (ended) {
      return context.failedFuture(new IllegalStateException(
          "The handler has answered, so its transaction takes no more statements."));
    }
    used = true;
    PromiseInternal<T> promise = context.promise();
    statement
        .get()
        .onFailure(cause -> {
          if (failure == null) {
            failure = cause;
          }
        })
        .onComplete(promise);
    return promise.future();
  }

  @Override
  public Query<RowSet<Row>> query(String sql) {
    return new GuardedQuery<>(connection.query(sql));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql) {
    return new GuardedPreparedQuery<>(connection.preparedQuery(sql));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql, PrepareOptions options) {
    return new GuardedPreparedQuery<>(connection.preparedQuery(sql, options));
  }

  /** Does nothing: the connection is not the handler's to close. */
  @Override
  public Future<Void> close() {
    return context.succeededFuture();
  }

  private class GuardedQuery<T> implements Query<T> {
    private final Query<T> query;

    GuardedQuery(Query<T> query) {
      this.query = query;
    }

    @Override
    public Future<T> execute() {
      return guard(query::execute);
    }

    @Override
    public <U> Query<SqlResult<U>> collecting(Collector<Row, ?, U> collector) {
      return new GuardedQuery<>(query.collecting(collector));
    }

    @Override
    public <U> Query<RowSet<U>> mapping(Function<Row, U> mapper) {
      return new GuardedQuery<>(query.mapping(mapper));
    }
  }

  private final class GuardedPreparedQuery<T> extends GuardedQuery<T> implements PreparedQuery<T> {
    private final PreparedQuery<T> query;

    GuardedPreparedQuery(PreparedQuery<T> query) {
      super(query);
      this.query = query;
    }

    @Override
    public Future<T> execute(Tuple values) {
      return guard(() -> query.execute(values));
    }

    @Override
    public Future<T> executeBatch(List<Tuple> batch) {
      return guard(() -> query.executeBatch(batch));
    }

    @Override
    public <U> PreparedQuery<SqlResult<U>> collecting(Collector<Row, ?, U> collector) {
      return new GuardedPreparedQuery<>(query.collecting(collector));
    }

    @Override
    public <U> PreparedQuery<RowSet<U>> mapping(Function<Row, U> mapper) {
      return new GuardedPreparedQuery<>(query.mapping(mapper));
    }
  }
}
