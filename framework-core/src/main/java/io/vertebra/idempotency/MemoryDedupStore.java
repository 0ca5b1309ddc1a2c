package io.vertebra.idempotency;

import io.vertebra.error.IdempotencyException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Entries in a concurrent map. An entry's state is one reference that is only changed by compare and
 * set: running until a time, completed with a reply, or gone. Completed entries queue up in the order
 * of their completion, which is the order in which their windows end.
 */
final class MemoryDedupStore implements DedupStore {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryDedupStore.class);
  private static final Future<Completion> STORED = Future.succeededFuture(Completion.STORED);
  private static final Future<Completion> FENCED = Future.succeededFuture(Completion.FENCED);
  private static final Future<Begin> CONFLICT = Future.succeededFuture(new Conflict());
  private static final Duration RETRY_AFTER = Duration.ofMillis(100);
  private static final Object GONE = new Object();

  private final ConcurrentHashMap<Key, Entry> entries = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Entry> completed = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicLong evictedEarly = new AtomicLong();
  private final AtomicBoolean sweeping = new AtomicBoolean();
  private final IdempotencyOptions options;
  private final long windowNanos;
  private final LongSupplier nanos;

  MemoryDedupStore(IdempotencyOptions options, LongSupplier nanos) {
    this.options = options;
    this.windowNanos = options.window().toNanos();
    this.nanos = nanos;
  }

  @Override
  public Future<Begin> begin(String consumer, String key, String fingerprint, Duration lease) {
    long now = nanos.getAsLong();
    sweep(now);
    Key id = new Key(consumer, key);
    while (true) {
      Entry entry = entries.get(id);
      if (entry == null) {
        if (options.isStrict() && size.get() >= options.maxEntries()) {
          return Future.failedFuture(
              IdempotencyException.storeFull(consumer, options.maxEntries()));
        }
        Entry fresh = new Entry(id, fingerprint, new Lease(now + lease.toNanos()));
        if (entries.putIfAbsent(id, fresh) == null) {
          size.incrementAndGet();
          return Future.succeededFuture(new First(fresh));
        }
        continue;
      }
      Future<Begin> answer = entry.answer(fingerprint, now, windowNanos);
      if (answer != null) {
        return answer;
      }
      remove(entry);
    }
  }

  @Override
  public Future<Completion> complete(Token token, Buffer reply) {
    Entry entry = (Entry) token;
    long now = nanos.getAsLong();
    if (!entry.end(new Reply(reply, now))) {
      return FENCED;
    }
    completed.add(entry);
    if (size.get() > options.maxEntries()) {
      sweep(now);
    }
    return STORED;
  }

  @Override
  public Future<Void> release(Token token) {
    Entry entry = (Entry) token;
    if (entry.end(GONE)) {
      remove(entry);
    }
    return Future.succeededFuture();
  }

  @Override
  public Future<Boolean> extend(Token token, Duration lease) {
    return Future.succeededFuture(((Entry) token).extend(nanos.getAsLong() + lease.toNanos()));
  }

  /** How many entries there are, running and completed. */
  int size() {
    return size.get();
  }

  /** How many replies were forgotten before their window was over. */
  long evictedEarly() {
    return evictedEarly.get();
  }

  private void remove(Entry entry) {
    if (entries.remove(entry.key, entry)) {
      size.decrementAndGet();
    }
  }

  /** Forgets replies whose window is over, and the oldest ones if there are too many. One thread at a time. */
  private void sweep(long now) {
    Entry oldest = completed.peek();
    if (oldest == null || !isDue(oldest, now) || !sweeping.compareAndSet(false, true)) {
      return;
    }
    for (oldest = completed.peek();
        oldest != null && isDue(oldest, now);
        oldest = completed.peek()) {
      completed.poll();
      if (!oldest.isOver(now, windowNanos)) {
        countEarly();
      }
      oldest.forget();
      remove(oldest);
    }
    sweeping.set(false);
  }

  private boolean isDue(Entry oldest, long now) {
    return oldest.isOver(now, windowNanos)
        || (!options.isStrict() && size.get() > options.maxEntries());
  }

  private void countEarly() {
    long count = evictedEarly.incrementAndGet();
    if (Long.bitCount(count) == 1) {
      LOG.warn("The dedup store has forgotten " + count + " replies before their window of "
          + options.window()
          + " was over, because it keeps at most " + options.maxEntries()
          + " entries. Duplicates of those messages would run again.");
    }
  }

  private record Key(String consumer, String key) {}

  /** Running until a time. A new object for each extension, compared by identity. */
  private static final class Lease {
    final long until;

    Lease(long until) {
      this.until = until;
    }
  }

  private record Reply(Buffer reply, long at) {}

  /** One entry; also the token of whoever runs it. */
  private static final class Entry extends AtomicReference<Object> implements Token {
    private static final long serialVersionUID = 1L;

    final transient Key key;
    private final String fingerprint;
    private final transient AtomicReference<@Nullable Promise<Void>> ended =
        new AtomicReference<>();

    Entry(Key key, String fingerprint, Lease lease) {
      super(lease);
      this.key = key;
      this.fingerprint = fingerprint;
    }

    /** What to say to another delivery; null if the entry is over, so that it has to be removed. */
    @Nullable
    Future<Begin> answer(String otherFingerprint, long now, long windowNanos) {
      Object state = get();
      if (state instanceof Reply reply && now - reply.at < windowNanos) {
        return fingerprint.equals(otherFingerprint)
            ? Future.succeededFuture(new Duplicate(reply.reply))
            : CONFLICT;
      }
      if (state instanceof Lease lease && lease.until - now > 0) {
        return fingerprint.equals(otherFingerprint)
            ? Future.succeededFuture(new Running(RETRY_AFTER, whenEnded()))
            : CONFLICT;
      }
      if (state instanceof Lease && !end(state, GONE)) {
        return answer(otherFingerprint, now, windowNanos);
      }
      return null;
    }

    private Future<Void> whenEnded() {
      Promise<Void> fresh = Promise.promise();
      Promise<Void> promise = ended.compareAndSet(null, fresh) ? fresh : ended.get();
      if (promise == null || !(get() instanceof Lease)) {
        return Future.succeededFuture();
      }
      return promise.future();
    }

    boolean end(Object end) {
      Object state = get();
      while (state instanceof Lease) {
        if (end(state, end)) {
          return true;
        }
        state = get();
      }
      return false;
    }

    private boolean end(Object state, Object end) {
      boolean changed = compareAndSet(state, end);
      Promise<Void> waiting = changed ? ended.get() : null;
      if (waiting != null) {
        waiting.tryComplete();
      }
      return changed;
    }

    boolean extend(long until) {
      Object state = get();
      return state instanceof Lease && compareAndSet(state, new Lease(until));
    }

    boolean isOver(long now, long windowNanos) {
      return !(get() instanceof Reply reply) || now - reply.at >= windowNanos;
    }

    void forget() {
      set(GONE);
    }
  }
}
