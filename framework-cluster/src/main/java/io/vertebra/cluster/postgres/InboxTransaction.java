package io.vertebra.cluster.postgres;

import io.vertebra.error.CallException;
import io.vertebra.error.HandlerException;
import io.vertebra.error.IdempotencyException;
import io.vertebra.idempotency.IdempotencyKey;
import io.vertebra.outbox.OutboxMessage;
import io.vertebra.saga.CommandId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One transaction for one message or several of one consumer: keys, handlers, answers, outgoing
 * messages, COMMIT. If anything is wrong with one of several, the transaction is rolled back and each
 * gets one of its own.
 *
 * <p>BEGIN and the first statements travel together, and so do the last statements and COMMIT. That
 * is safe, because after a statement that failed COMMIT rolls back.
 */
final class InboxTransaction<Q, R> {
  private static final String BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED";

  private final Transactions database;
  private final Consumer<Q, R> consumer;
  private final String name;
  private final List<Incoming<Q, R>> all;
  private final List<Incoming<Q, R>> firsts = new ArrayList<>();
  private final List<Incoming<Q, R>> again = new ArrayList<>();
  private final List<Unit> units = new ArrayList<>();
  private final List<Future<R>> answers = new ArrayList<>();
  private final Promise<Void> over = Promise.promise();
  private final Pool pool;
  private @Nullable SqlConnection session;

  /** A transaction for messages with different keys. */
  InboxTransaction(Transactions database, Consumer<Q, R> consumer, List<Incoming<Q, R>> all) {
    this.database = database;
    this.consumer = consumer;
    this.name = consumer.contract().name();
    this.all = all;
    this.pool = database.sessions().pool();
  }

  /** Completes, and never fails, when each message has an answer. On the context it is called on. */
  Future<Void> run() {
    pool.getConnection().onComplete(connected -> {
      if (connected.succeeded()) {
        session = connected.result();
        begin(new InboxStatements(database.sql(), connected.result()), connected.result());
      } else {
        all.forEach(each -> each.fail(notRun(connected.cause())));
        over.complete();
      }
    });
    return over.future();
  }

  private void begin(InboxStatements sql, SqlConnection connection) {
    Future<?> begun = connection.query(BEGIN).execute();
    Future<Set<String>> entered = sql.begin(name, keys(all));
    List<String> actions = actions(all);
    Future<Set<String>> compensated =
        actions.isEmpty() ? Future.succeededFuture(Set.of()) : sql.act(actions);
    Future<Boolean> ran = ran(sql);
    answered(Future.join(begun, entered, compensated, ran)).onComplete(result -> {
      if (result.succeeded()) {
        sort(sql, entered.result(), compensated.result(), ran.result());
      } else if (all.size() > 1) {
        rollback(() -> rerun(all));
      } else {
        rollback(() -> end(all.get(0), notRun(result.cause())));
      }
    });
  }

  /** Whether a compensation has anything to undo; true for all other messages. */
  private Future<Boolean> ran(InboxStatements sql) {
    return consumer.nothingToUndo() != null
            && CommandId.isCompensation(all.get(0).messageId())
        ? sql.undo(CommandId.actionOf(all.get(0).messageId()))
        : Future.succeededFuture(true);
  }

  private void sort(
      InboxStatements sql, Set<String> entered, Set<String> compensated, boolean ran) {
    List<Incoming<Q, R>> others = new ArrayList<>();
    for (Incoming<Q, R> each : all) {
      (entered.contains(each.key.key()) ? firsts : others).add(each);
    }
    boolean refused = firsts.stream().anyMatch(each -> compensated.contains(each.messageId()));
    if (others.isEmpty()) {
      handle(sql, refused, ran);
      return;
    }
    answered(sql.look(name, keys(others))).onComplete(found -> {
      if (found.succeeded()) {
        others.forEach(each -> answerStored(each, found.result()));
        handle(sql, refused, ran);
      } else {
        others.forEach(each -> each.fail(notRun(found.cause())));
        rollback(() -> rerun(firsts));
      }
    });
  }

  private void answerStored(Incoming<Q, R> each, Map<String, InboxStatements.Stored> found) {
    InboxStatements.Stored stored = found.get(each.key.key());
    if (stored == null) {
      again.add(each);
    } else if (stored.fingerprint().equals(each.key.fingerprint())) {
      each.answerStored(stored.reply());
    } else {
      each.fail(IdempotencyException.conflict(name));
    }
  }

  private void handle(InboxStatements sql, boolean refused, boolean ran) {
    if (firsts.isEmpty()) {
      rollback(() -> rerun(again));
    } else if (refused && all.size() > 1) {
      rollback(() -> rerun(firsts));
    } else if (refused) {
      Incoming<Q, R> late = firsts.get(0);
      rollback(() -> end(late, IdempotencyException.stepCompensated(name, late.messageId())));
    } else if (all.size() == 1 && all.get(0).isOver()) {
      rollback(() -> end(all.get(0), CallException.deadlineExceeded(name, Duration.ZERO, false)));
    } else {
      firsts.forEach(each -> handle(each, ran));
      Future.join(answers).onComplete(handled -> handled(sql));
    }
  }

  private void handle(Incoming<Q, R> each, boolean ran) {
    Unit unit = new Unit(each, new GuardedSql(session(), each.context()));
    units.add(unit);
    answers.add(each.handle(() -> ran || consumer.nothingToUndo() == null
        ? consumer.handler().apply(each.message, unit)
        : Future.succeededFuture(consumer.nothingToUndo().apply(each.message))));
  }

  private void handled(InboxStatements sql) {
    List<Buffer> replies = new ArrayList<>();
    List<OutboxMessage> outgoing = new ArrayList<>();
    List<String> refusedActions = new ArrayList<>();
    for (int i = 0; i < firsts.size(); i++) {
      Incoming<Q, R> each = firsts.get(i);
      List<OutboxMessage> sent = units.get(i).end();
      Throwable broken = broken(i);
      if (broken != null) {
        failed(sql, broken);
        return;
      }
      try {
        replies.add(each.encode(answers.get(i)));
      } catch (RuntimeException e) {
        failed(sql, HandlerException.replyInvalid(name, String.valueOf(e.getMessage())));
        return;
      }
      if (answers.get(i).succeeded()) {
        outgoing.addAll(sent);
      } else if (CommandId.isAction(each.messageId())) {
        refusedActions.add(each.messageId());
      }
    }
    commit(sql, replies, outgoing, refusedActions);
  }

  /** Why a message's part of the transaction must not be committed; null if it may. */
  private @Nullable Throwable broken(int index) {
    Future<R> answer = answers.get(index);
    GuardedSql statements = units.get(index).guardedSql();
    Throwable statement = statements.failure();
    if (answer.succeeded() && answer.result() == null) {
      return HandlerException.answeredNothing(name);
    } else if (answer.succeeded()) {
      return statement;
    }
    boolean nothingToUndo = !statements.isUsed() && firsts.get(index).isDeclared(answer);
    return nothingToUndo ? null : answer.cause();
  }

  private void failed(InboxStatements sql, Throwable cause) {
    units.forEach(Unit::end);
    if (all.size() > 1) {
      rollback(() -> rerun(firsts));
    } else if (firsts.get(0).isDeclared(answers.get(0))
        && cause == answers.get(0).cause()) {
      rollback(() -> record(sql));
    } else {
      rollback(() -> end(firsts.get(0), cause));
    }
  }

  /** Keeps a declared failure after all that its handler did was undone. */
  private void record(InboxStatements sql) {
    Incoming<Q, R> only = firsts.get(0);
    List<IdempotencyKey> keys = keys(firsts);
    Buffer reply = only.encode(answers.get(0));
    answered(sql.record(name, keys, List.of(reply), List.of(List.of()))
            .compose(
                kept -> kept.isEmpty() ? sql.look(name, keys) : Future.succeededFuture(Map.of())))
        .onComplete(recorded -> {
          release();
          if (recorded.failed()) {
            end(only, notRun(recorded.cause()));
          } else if (recorded.result().isEmpty()) {
            only.answer(answers.get(0));
            over.complete();
          } else {
            answerStored(only, recorded.result());
            over.complete();
          }
        });
  }

  private void commit(
      InboxStatements sql,
      List<Buffer> replies,
      List<OutboxMessage> outgoing,
      List<String> refusedActions) {
    List<Future<?>> steps = new ArrayList<>(4);
    steps.add(sql.answer(name, keys(firsts), replies));
    if (!refusedActions.isEmpty()) {
      steps.add(sql.didNothing(refusedActions));
    }
    if (!outgoing.isEmpty()) {
      steps.add(sql.append(outgoing));
    }
    steps.add(session().query("COMMIT").execute());
    answered(Future.join(steps)).onComplete(result -> {
      release();
      if (result.succeeded()) {
        committed(outgoing);
      } else {
        notCommitted(steps.stream()
            .filter(Future::failed)
            .findFirst()
            .map(Future::cause)
            .orElse(result.cause()));
      }
    });
  }

  private void committed(List<OutboxMessage> outgoing) {
    for (int i = 0; i < firsts.size(); i++) {
      firsts.get(i).answer(answers.get(i));
    }
    database.notices().appended(outgoing);
    rerun(again);
  }

  private void notCommitted(Throwable cause) {
    if (!DatabaseFailure.isRolledBack(cause)) {
      firsts.forEach(each -> each.fail(IdempotencyException.outcomeUnknown(name, cause)));
      rerun(again);
    } else if (all.size() > 1) {
      rerun(firsts);
    } else {
      end(firsts.get(0), HandlerException.threw(name, cause));
    }
  }

  private void rollback(Runnable next) {
    answered(session().query("ROLLBACK").execute()).onComplete(done -> next.run());
  }

  private <T> Future<T> answered(Future<T> answer) {
    return database.sessions().within(pool, answer);
  }

  /** Gives each of these a transaction of its own, and those whose first delivery was undone meanwhile. */
  private void rerun(List<Incoming<Q, R>> messages) {
    release();
    List<Incoming<Q, R>> rest = new ArrayList<>(messages);
    again.stream().filter(each -> !messages.contains(each)).forEach(rest::add);
    List<Future<Void>> runs = new ArrayList<>(rest.size());
    for (Incoming<Q, R> each : rest) {
      runs.add(new InboxTransaction<>(database, consumer, List.of(each)).run());
    }
    Future.join(runs).onComplete(done -> over.complete());
  }

  private void end(Incoming<Q, R> message, Throwable cause) {
    release();
    message.fail(cause);
    over.complete();
  }

  private SqlConnection session() {
    if (session == null) {
      throw new IllegalStateException("The session was given back.");
    }
    return session;
  }

  private void release() {
    if (session != null) {
      session.close();
      session = null;
    }
  }

  private Throwable notRun(Throwable cause) {
    return DatabaseFailure.notRun(name, cause, database.retryAfter());
  }

  private static <Q, R> List<IdempotencyKey> keys(List<Incoming<Q, R>> messages) {
    return messages.stream().map(each -> each.key).toList();
  }

  private static <Q, R> List<String> actions(List<Incoming<Q, R>> messages) {
    return messages.stream()
        .map(Incoming::messageId)
        .filter(CommandId::isAction)
        .toList();
  }
}
