package io.vertebra.cluster.postgres;

import io.vertebra.error.HandlerException;
import io.vertebra.error.IdempotencyException;
import io.vertebra.idempotency.IdempotencyKey;
import io.vertebra.outbox.OutboxMessage;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A group of messages whose handlers write nothing themselves: handlers first, then all answers and
 * outgoing messages in one statement. Of two deliveries that run at the same time one is kept, and
 * both get its answer.
 */
final class RecordedBatch<Q, R> {
  private final Transactions database;
  private final BiFunction<? super Q, ? super Outgoing, Future<R>> handler;
  private final String name;

  RecordedBatch(
      Transactions database,
      Consumer<Q, R> consumer,
      BiFunction<? super Q, ? super Outgoing, Future<R>> handler) {
    this.database = database;
    this.handler = handler;
    this.name = consumer.contract().name();
  }

  /** Completes, and never fails, when each message has an answer. */
  Future<Void> run(List<Incoming<Q, R>> all) {
    return ask(sql -> sql.look(name, keys(all))).transform(found -> {
      if (found.failed()) {
        all.forEach(each -> each.fail(notRun(found.cause())));
        return Future.succeededFuture();
      }
      List<Incoming<Q, R>> firsts = new ArrayList<>();
      for (Incoming<Q, R> each : all) {
        if (!answerStored(each, found.result())) {
          firsts.add(each);
        }
      }
      return handle(firsts);
    });
  }

  private <T> Future<T> ask(Function<InboxStatements, Future<T>> question) {
    Pool pool = database.sessions().pool();
    return database
        .sessions()
        .within(pool, question.apply(new InboxStatements(database.sql(), pool)));
  }

  private boolean answerStored(Incoming<Q, R> each, Map<String, InboxStatements.Stored> found) {
    InboxStatements.Stored stored = found.get(each.key.key());
    if (stored == null) {
      return false;
    } else if (stored.fingerprint().equals(each.key.fingerprint())) {
      each.answerStored(stored.reply());
    } else {
      each.fail(IdempotencyException.conflict(name));
    }
    return true;
  }

  private Future<Void> handle(List<Incoming<Q, R>> messages) {
    List<Sending> sendings = new ArrayList<>();
    List<Future<R>> answers = new ArrayList<>();
    for (Incoming<Q, R> each : messages) {
      Sending sending = new Sending(each);
      sendings.add(sending);
      answers.add(each.handle(() -> handler.apply(each.message, sending)));
    }
    return Future.join(answers).transform(handled -> record(messages, sendings, answers));
  }

  private Future<Void> record(
      List<Incoming<Q, R>> messages, List<Sending> sendings, List<Future<R>> answers) {
    Outcome<Q, R> outcome = new Outcome<>();
    for (int i = 0; i < messages.size(); i++) {
      Incoming<Q, R> each = messages.get(i);
      Future<R> answer = answers.get(i);
      List<OutboxMessage> sent = sendings.get(i).end();
      if (answer.failed() && !each.isDeclared(answer)) {
        each.fail(answer.cause());
        continue;
      }
      try {
        outcome.replies.add(each.encode(answer));
        outcome.messages.add(each);
        outcome.answers.add(answer);
        outcome.sent.add(answer.succeeded() ? sent : List.of());
      } catch (RuntimeException e) {
        each.fail(HandlerException.replyInvalid(name, String.valueOf(e.getMessage())));
      }
    }
    return outcome.messages.isEmpty() ? Future.succeededFuture() : keep(outcome);
  }

  private Future<Void> keep(Outcome<Q, R> outcome) {
    List<IdempotencyKey> keys = keys(outcome.messages);
    return ask(sql -> sql.record(name, keys, outcome.replies, outcome.sent)).transform(recorded -> {
      if (recorded.failed()) {
        Throwable cause = recorded.cause();
        outcome.messages.forEach(each -> each.fail(
            DatabaseFailure.isRolledBack(cause)
                ? notRun(cause)
                : IdempotencyException.outcomeUnknown(name, cause)));
        return Future.succeededFuture();
      }
      return kept(outcome, recorded.result());
    });
  }

  private Future<Void> kept(Outcome<Q, R> outcome, Set<String> kept) {
    List<OutboxMessage> sent = new ArrayList<>();
    List<Incoming<Q, R>> seconds = new ArrayList<>();
    for (int i = 0; i < outcome.messages.size(); i++) {
      Incoming<Q, R> each = outcome.messages.get(i);
      if (kept.contains(each.key.key())) {
        each.answer(outcome.answers.get(i));
        sent.addAll(outcome.sent.get(i));
      } else {
        seconds.add(each);
      }
    }
    database.notices().appended(sent);
    return seconds.isEmpty() ? Future.succeededFuture() : run(seconds);
  }

  private Throwable notRun(Throwable cause) {
    return DatabaseFailure.notRun(name, cause, database.retryAfter());
  }

  private static <Q, R> List<IdempotencyKey> keys(List<Incoming<Q, R>> messages) {
    return messages.stream().map(each -> each.key).toList();
  }

  /** The messages with an answer to keep; the lists go together. */
  private static final class Outcome<Q, R> {
    final List<Incoming<Q, R>> messages = new ArrayList<>();
    final List<Future<R>> answers = new ArrayList<>();
    final List<Buffer> replies = new ArrayList<>();
    final List<List<OutboxMessage>> sent = new ArrayList<>();
  }
}
