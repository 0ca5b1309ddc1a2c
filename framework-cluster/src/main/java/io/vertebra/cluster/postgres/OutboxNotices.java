package io.vertebra.cluster.postgres;

import io.vertebra.outbox.OutboxMessage;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Tells relays which partitions have new rows: those in this process at once, others by NOTIFY. That
 * is sent after the commit and on its own, one at a time for all that was committed meanwhile, because
 * in the transactions themselves it would make all commits of the database wait for each other.
 * Notices may get lost with the process; relays look now and then all the same.
 */
final class OutboxNotices {
  private final SqlClient client;
  private final String statement;
  private final String channel;
  private final AtomicLong pending = new AtomicLong();
  private final AtomicBoolean sending = new AtomicBoolean();
  private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();

  OutboxNotices(SqlClient client, String statement, String channel) {
    this.client = client;
    this.statement = statement;
    this.channel = channel;
  }

  /** The channel of the notices, whose payload is the partitions in hexadecimal digits. */
  String channel() {
    return channel;
  }

  /** Has {@code listener} told of partitions, one bit each, with rows that this process has written. */
  Runnable onAppended(LongConsumer listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Rows were committed. */
  void appended(List<OutboxMessage> messages) {
    if (messages.isEmpty()) {
      return;
    }
    long partitions = 0;
    for (OutboxMessage message : messages) {
      partitions |= 1L << message.partition();
    }
    for (LongConsumer listener : listeners) {
      listener.accept(partitions);
    }
    long added = partitions;
    pending.accumulateAndGet(added, (all, more) -> all | more);
    send();
  }

  private void send() {
    if (!sending.compareAndSet(false, true)) {
      return;
    }
    long partitions = pending.getAndSet(0);
    if (partitions == 0) {
      sending.set(false);
      return;
    }
    client
        .preparedQuery(statement)
        .execute(Tuple.of(channel, Long.toHexString(partitions)))
        .onComplete(sent -> {
          sending.set(false);
          if (pending.get() != 0) {
            send();
          }
        });
  }
}
