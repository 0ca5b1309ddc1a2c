package io.vertebra.cluster.postgres;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.pgclient.pubsub.PgChannel;
import io.vertx.pgclient.pubsub.PgSubscriber;
import io.vertx.sqlclient.Tuple;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Short messages between all sessions of a schema, by LISTEN and NOTIFY. They are hints: one may come
 * late, twice or never, so whoever listens also looks by himself now and then.
 *
 * <p>Listening has a connection of its own, opened for the first listener, that is opened again when
 * it breaks. A notice is a statement of its own, after what it tells of has been committed: the server
 * takes a lock of the whole database for each commit that notifies, and should not hold it while it
 * waits for the disk.
 */
final class Notices {
  private static final Logger LOG = LoggerFactory.getLogger(Notices.class);
  private static final long MAX_WAIT_MILLIS = 10_000;

  private final Vertx vertx;
  private final PostgresOptions options;
  private final Sessions sessions;
  private final AtomicReference<@Nullable PgSubscriber> subscriber = new AtomicReference<>();

  Notices(Vertx vertx, PostgresOptions options, Sessions sessions) {
    this.vertx = vertx;
    this.options = options;
    this.sessions = sessions;
  }

  /** Has {@code listener} told what is sent to a channel of this schema; answers what takes it off again. */
  Runnable listen(String channel, Consumer<String> listener) {
    PgChannel source = subscriber().channel(name(channel));
    source.handler(listener::accept);
    return () -> source.handler(null);
  }

  /** Tells all who listen to a channel, some time; completes once it is sent or lost. */
  Future<Void> send(String channel, String text) {
    return sessions
        .query("SELECT pg_notify($1, $2)", Tuple.of(name(channel), text))
        .onFailure(failure -> LOG.debug("A notice was lost", failure))
        .transform(sent -> Future.succeededFuture());
  }

  private String name(String channel) {
    return options.schema() + "." + channel;
  }

  private PgSubscriber subscriber() {
    PgSubscriber present = subscriber.get();
    if (present != null) {
      return present;
    }
    PgSubscriber fresh = PgSubscriber.subscriber(vertx, options.session())
        .reconnectPolicy(retries -> Math.min(MAX_WAIT_MILLIS, 100L << Math.min(retries, 10)));
    if (!subscriber.compareAndSet(null, fresh)) {
      return subscriber();
    }
    connect(fresh);
    return fresh;
  }

  /** The subscriber connects again by itself, but only once it was connected. */
  private void connect(PgSubscriber fresh) {
    fresh.connect().onFailure(failure -> {
      LOG.debug("Cannot listen for notices; will try again", failure);
      vertx.setTimer(MAX_WAIT_MILLIS, timer -> {
        if (subscriber.get() == fresh) {
          fresh.close().onComplete(closed -> connect(fresh));
        }
      });
    });
  }

  Future<Void> close() {
    PgSubscriber present = subscriber.getAndSet(null);
    return present == null ? Future.succeededFuture() : present.close();
  }
}
