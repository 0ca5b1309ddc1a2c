package io.vertebra.cluster.postgres;

import io.vertebra.outbox.OutboxMessage;
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
  private static final String CHANNEL = "outbox";

  private final Notices notices;
  private final AtomicLong pending = new AtomicLong();
  private final AtomicBoolean sending = new AtomicBoolean();
  private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();

  OutboxNotices(Notices notices) {
    this.notices = notices;
  }

  /** Has {@code listener} told of partitions, one bit each, that have new rows; answers what takes it off again. */
  Runnable onAppended(LongConsumer listener) {
    listeners.add(listener);
    Runnable silence =
        notices.listen(CHANNEL, hex -> listener.accept(Long.parseUnsignedLong(hex, 16)));
    return () -> {
      listeners.remove(listener);
      silence.run();
    };
  }

  /** Rows were committed. */
  void appended(List<OutboxMessage> messages) {
    long partitions = 0;
    for (OutboxMessage message : messages) {
      partitions |= 1L << message.partition();
    }
    appended(partitions);
  }

  /** Rows were committed to partitions, one bit each. */
  void appended(long partitions) {
    if (partitions == 0) {
      return;
    }
    for (LongConsumer listener : listeners) {
      listener.accept(partitions);
    }
    pending.accumulateAndGet(partitions, (all, more) -> all | more);
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
    notices.send(CHANNEL, Long.toHexString(partitions)).onComplete(sent -> {
      sending.set(false);
      if (pending.get() != 0) {
        send();
      }
    });
  }
}
