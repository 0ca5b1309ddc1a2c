package io.vertebra.benchmarks.saga;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.benchmarks.saga.Transfers.Move;
import io.vertebra.benchmarks.saga.Transfers.Moved;
import io.vertebra.cluster.postgres.Outgoing;
import io.vertebra.cluster.postgres.Postgres;
import io.vertebra.cluster.postgres.UnitOfWork;
import io.vertebra.contract.Request;
import io.vertebra.idempotency.IdempotentHandler;
import io.vertebra.limit.Limit;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;

/** Three participants, all of one kind. */
final class Participants extends ServiceVerticle {
  static final int ACCOUNTS = 10_000;
  private static final int MOST = 512;

  private final Postgres postgres;
  private final Kind kind;

  Participants(Postgres postgres, Kind kind) {
    this.postgres = postgres;
    this.kind = kind;
  }

  /** What a participant does with a command. */
  enum Kind {
    /** Its answer is kept, and nothing else. */
    DEDUP_ONLY("dedup-only", 5_000),
    /** It updates one row; many commands share a transaction. */
    BATCHED("batched", 3_000),
    /** It updates one row in a transaction of its own. */
    UOW("uow", 0);

    final String text;
    final double target;

    Kind(String text, double target) {
      this.text = text;
      this.target = target;
    }
  }

  @Override
  protected void services(Services on) {
    for (Request<Move, Moved> contract :
        List.of(Transfers.DEBIT, Transfers.CREDIT, Transfers.BOOK)) {
      on.request(contract, handler(update(contract)))
          .limitedTo(Limit.fixed(1024).withQueue(4096, Duration.ofSeconds(10)));
    }
  }

  private IdempotentHandler<Move, Moved> handler(String update) {
    return switch (kind) {
      case DEDUP_ONLY -> postgres.recordedBatched(MOST, Participants::accept);
      case BATCHED ->
        postgres.inTransactionBatched(MOST, (move, unit) -> update(update, move, unit));
      case UOW -> postgres.inTransaction((move, unit) -> update(update, move, unit));
    };
  }

  /** Each participant has a table of its own. */
  private static String update(Request<Move, Moved> contract) {
    return "UPDATE " + Accounts.table(contract) + " SET cents = cents + $2 WHERE id = $1";
  }

  private static Future<Moved> accept(Move move, Outgoing outgoing) {
    return Future.succeededFuture(new Moved(true));
  }

  private static Future<Moved> update(String update, Move move, UnitOfWork unit) {
    return unit.sql()
        .preparedQuery(update)
        .execute(Tuple.of(move.account(), move.cents()))
        .map(rows -> new Moved(rows.rowCount() == 1));
  }
}
