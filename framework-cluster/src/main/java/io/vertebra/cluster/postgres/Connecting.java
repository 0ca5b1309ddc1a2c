package io.vertebra.cluster.postgres;

import io.vertebra.error.NodeException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.pgclient.PgException;
import java.util.List;
import java.util.function.Supplier;

/**
 * Tries until the database can be reached, at growing intervals. What waiting cannot mend, such as a
 * wrong password, fails at once.
 */
final class Connecting {
  private static final Logger LOG = LoggerFactory.getLogger(Connecting.class);
  private static final long FIRST_WAIT_MILLIS = 250;
  private static final long MAX_WAIT_MILLIS = 30_000;

  /** Classes of SQL states that pass: connection, resources, operator intervention (starting up). */
  private static final List<String> PASSING = List.of("08", "53", "57");

  private final Vertx vertx;
  private final PostgresOptions options;
  private final Supplier<Future<Void>> attempt;
  private final Promise<Void> done = Promise.promise();
  private final long begun = System.nanoTime();

  Connecting(Vertx vertx, PostgresOptions options, Supplier<Future<Void>> attempt) {
    this.vertx = vertx;
    this.options = options;
    this.attempt = attempt;
  }

  Future<Void> begin() {
    attempt(FIRST_WAIT_MILLIS);
    return done.future();
  }

  private void attempt(long wait) {
    attempt.get().onComplete(result -> {
      if (result.succeeded()) {
        done.complete();
      } else if (passes(result.cause())) {
        again(result.cause(), wait);
      } else {
        done.fail(
            result.cause() instanceof NodeException known
                ? known
                : NodeException.unusable(
                    "PostgreSQL refuses a session (" + options + "): "
                        + result.cause().getMessage(),
                    result.cause()));
      }
    });
  }

  private void again(Throwable cause, long wait) {
    long waited = (System.nanoTime() - begun) / 1_000_000;
    long left = options.connectTimeout() == null
        ? Long.MAX_VALUE
        : options.connectTimeout().toMillis() - waited;
    if (left <= 0) {
      done.fail(NodeException.unusable(
          "PostgreSQL (" + options + ") could not be reached within " + options.connectTimeout(),
          cause));
      return;
    }
    LOG.warn("Cannot reach PostgreSQL (" + options + ") for " + waited / 1_000
        + " s; trying again in " + wait + " ms: " + cause.getMessage());
    vertx.setTimer(Math.min(wait, left), timer -> attempt(Math.min(2 * wait, MAX_WAIT_MILLIS)));
  }

  private static boolean passes(Throwable failure) {
    if (failure instanceof NodeException) {
      return false;
    }
    return !(failure instanceof PgException answer)
        || PASSING.stream().anyMatch(state -> answer.getSqlState().startsWith(state));
  }
}
