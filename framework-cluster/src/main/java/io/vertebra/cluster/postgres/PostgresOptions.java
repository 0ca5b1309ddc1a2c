package io.vertebra.cluster.postgres;

import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which database, and how it is used. Immutable; {@code withX} returns a copy. */
public final class PostgresOptions {
  private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,47}");
  private static final Pattern PASSWORD = Pattern.compile("(?<=://)([^:@/]*):[^@/]*@");

  /** The client does not cache statements that are longer, and its default is 2,048 characters. */
  private static final int MAX_CACHED_SQL = 32_768;

  private final Draft values;

  /** The values, before and after they are checked. */
  private static final class Draft {
    String uri;
    String schema = "vertebra";
    int poolSize = 8;
    int transactionPoolSize = 8;
    Duration lease = Duration.ofSeconds(10);
    Duration dedupWindow = Duration.ofDays(1);

    @Nullable
    String password;

    @Nullable
    Duration connectTimeout;

    Draft(String uri) {
      this.uri = uri;
    }

    Draft copy() {
      Draft copy = new Draft(uri);
      copy.schema = schema;
      copy.poolSize = poolSize;
      copy.transactionPoolSize = transactionPoolSize;
      copy.lease = lease;
      copy.dedupWindow = dedupWindow;
      copy.password = password;
      copy.connectTimeout = connectTimeout;
      return copy;
    }
  }

  private PostgresOptions(Draft values) {
    if (!SCHEMA.matcher(values.schema).matches()) {
      throw new IllegalArgumentException(
          "schema must be a lower-case identifier of at most 48 characters: " + values.schema);
    }
    if (values.poolSize < 4) {
      throw new IllegalArgumentException("poolSize must be at least 4: " + values.poolSize);
    }
    if (values.transactionPoolSize < 1) {
      throw new IllegalArgumentException(
          "transactionPoolSize must be at least 1: " + values.transactionPoolSize);
    }
    if (values.lease.toMillis() < 1_000) {
      throw new IllegalArgumentException("lease must be at least 1 s: " + values.lease);
    }
    if (values.dedupWindow.toMillis() < 1
        || values.dedupWindow.compareTo(Duration.ofDays(365)) > 0) {
      throw new IllegalArgumentException(
          "dedupWindow must be more than 0 and at most 365 days: " + values.dedupWindow);
    }
    if (values.connectTimeout != null && values.connectTimeout.toMillis() < 1) {
      throw new IllegalArgumentException(
          "connectTimeout must be at least 1 ms: " + values.connectTimeout);
    }
    if (!isUri(values.uri)) {
      throw new IllegalArgumentException(
          "uri must have the form postgresql://user:password@host:port/database");
    }
    this.values = values;
  }

  /** The client's own message would show the password. */
  private static boolean isUri(String uri) {
    try {
      PgConnectOptions.fromUri(uri);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private PostgresOptions with(UnaryOperator<Draft> change) {
    return new PostgresOptions(change.apply(values.copy()));
  }

  /**
   * A database, with schema {@code vertebra}, at most 8 connections and 8 more for transactions, lease 10 s, dedup window 1 day,
   * waiting for the database for ever.
   *
   * @param uri {@code postgresql://user:password@host:port/database}; what may follow a {@code ?}, such as
   *     {@code sslmode}, is as for libpq
   */
  public static PostgresOptions at(String uri) {
    return new PostgresOptions(new Draft(Objects.requireNonNull(uri)));
  }

  /** Reads what {@link #toJson()} writes, and {@code password}; absent fields but {@code uri} have their default. */
  public static PostgresOptions fromJson(JsonObject json) {
    Draft draft = new Draft(Objects.requireNonNull(json.getString("uri"), "uri"));
    draft.password = json.getString("password");
    draft.schema = json.getString("schema", draft.schema);
    draft.poolSize = json.getInteger("poolSize", draft.poolSize);
    draft.transactionPoolSize = json.getInteger("transactionPoolSize", draft.transactionPoolSize);
    draft.lease = Duration.ofMillis(json.getLong("leaseMs", draft.lease.toMillis()));
    draft.dedupWindow =
        Duration.ofMillis(json.getLong("dedupWindowMs", draft.dedupWindow.toMillis()));
    Long connectTimeout = json.getLong("connectTimeoutMs");
    draft.connectTimeout = connectTimeout == null ? null : Duration.ofMillis(connectTimeout);
    return new PostgresOptions(draft);
  }

  /** Everything but the password, which belongs elsewhere. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject()
        .put("uri", withoutPassword())
        .put("schema", values.schema)
        .put("poolSize", values.poolSize)
        .put("transactionPoolSize", values.transactionPoolSize)
        .put("leaseMs", values.lease.toMillis())
        .put("dedupWindowMs", values.dedupWindow.toMillis());
    return values.connectTimeout == null
        ? json
        : json.put("connectTimeoutMs", values.connectTimeout.toMillis());
  }

  /** URI and schema, without the password. */
  @Override
  public String toString() {
    return withoutPassword() + ", schema " + values.schema;
  }

  private String withoutPassword() {
    return PASSWORD.matcher(values.uri).replaceFirst("$1@");
  }

  /** The password, instead of the one in the URI. Default none. */
  public PostgresOptions withPassword(String password) {
    Objects.requireNonNull(password);
    return with(d -> {
      d.password = password;
      return d;
    });
  }

  /** The schema that holds the tables; it is made if it is missing. Default {@code vertebra}. */
  public PostgresOptions withSchema(String schema) {
    Objects.requireNonNull(schema);
    return with(d -> {
      d.schema = schema;
      return d;
    });
  }

  /** How many connections are opened at most, besides one for notifications. Default 8, at least 4. */
  public PostgresOptions withPoolSize(int poolSize) {
    return with(d -> {
      d.poolSize = poolSize;
      return d;
    });
  }

  /** How many transactions of handlers are open at most; others wait for them. Default 8, at least 1. */
  public PostgresOptions withTransactionPoolSize(int transactionPoolSize) {
    return with(d -> {
      d.transactionPoolSize = transactionPoolSize;
      return d;
    });
  }

  /**
   * The shortest lease that the users of this database have. A transaction may sit idle and wait for
   * a lock for half of it, and a statement may take all of it; the database ends what takes longer.
   * Default 10 s, at least 1 s.
   */
  public PostgresOptions withLease(Duration lease) {
    Objects.requireNonNull(lease);
    return with(d -> {
      d.lease = lease;
      return d;
    });
  }

  /** How long replies are kept for duplicates. Default 1 day, at most 365 days. */
  public PostgresOptions withDedupWindow(Duration dedupWindow) {
    Objects.requireNonNull(dedupWindow);
    return with(d -> {
      d.dedupWindow = dedupWindow;
      return d;
    });
  }

  /** How long {@link Postgres#connect} waits for a database that cannot be reached. Default for ever. */
  public PostgresOptions withConnectTimeout(Duration connectTimeout) {
    Objects.requireNonNull(connectTimeout);
    return with(d -> {
      d.connectTimeout = connectTimeout;
      return d;
    });
  }

  /** The schema that holds the tables. */
  public String schema() {
    return values.schema;
  }

  /** How many connections are opened at most. */
  public int poolSize() {
    return values.poolSize;
  }

  /** How many transactions of handlers are open at most. */
  public int transactionPoolSize() {
    return values.transactionPoolSize;
  }

  /** The shortest lease. */
  public Duration lease() {
    return values.lease;
  }

  /** How long replies are kept for duplicates. */
  public Duration dedupWindow() {
    return values.dedupWindow;
  }

  /** How long to wait for a database that cannot be reached; null for ever. */
  public @Nullable Duration connectTimeout() {
    return values.connectTimeout;
  }

  /** What each session is opened with. */
  PgConnectOptions session() {
    String halfLease = Long.toString(values.lease.toMillis() / 2);
    PgConnectOptions session = PgConnectOptions.fromUri(values.uri);
    if (values.password != null) {
      session.setPassword(values.password);
    }
    session
        .addProperty("search_path", values.schema)
        .addProperty("idle_in_transaction_session_timeout", halfLease)
        .addProperty("lock_timeout", halfLease)
        .addProperty("statement_timeout", Long.toString(values.lease.toMillis()))
        .addProperty("synchronous_commit", "on")
        .setCachePreparedStatements(true)
        .setPreparedStatementCacheSqlLimit(MAX_CACHED_SQL);
    return session;
  }

  /**
   * What the sessions of the stores are opened with. Their statements are planned for large tables,
   * whatever is in them and is known of them at the moment: a plan is made once per connection, perhaps
   * while its tables are empty.
   */
  PgConnectOptions storeSession() {
    PgConnectOptions session = session();
    session
        .addProperty("plan_cache_mode", "force_generic_plan")
        .addProperty("enable_seqscan", "off")
        .addProperty("enable_bitmapscan", "off")
        .addProperty("jit", "off");
    return session;
  }

  /** What sessions are opened with in which handlers make statements: those look tables up as the user is set up for. */
  PgConnectOptions userSession() {
    PgConnectOptions session = session();
    String own = PgConnectOptions.fromUri(values.uri).getProperties().get("search_path");
    if (own == null) {
      session.getProperties().remove("search_path");
    } else {
      session.getProperties().put("search_path", own);
    }
    return session;
  }

  /**
   * What sessions are opened with that read and settle the outbox. A table that was empty a moment ago
   * has statistics that make the planner read all of it; it must not. A lost commit is made up for.
   */
  PgConnectOptions relaySession() {
    return session()
        .addProperty("synchronous_commit", "off")
        .addProperty("enable_seqscan", "off")
        .addProperty("enable_bitmapscan", "off")
        .addProperty("plan_cache_mode", "force_generic_plan");
  }
}
