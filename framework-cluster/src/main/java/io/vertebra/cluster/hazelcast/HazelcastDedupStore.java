package io.vertebra.cluster.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.MapConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.vertebra.idempotency.DedupStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * A {@link DedupStore} in the memory of all members of a Hazelcast cluster, with one copy of each
 * entry on another member: it survives the loss of a node, not that of the cluster.
 *
 * <p>It is no fence. A handler that outlives its lease may have had its effect although its reply is
 * refused; where that matters keep the entry in the effect's own transaction. In a cluster that falls
 * apart both sides answer, each with what it knows. Time is the cluster's.
 *
 * <p>Each method is one entry processor, run where the entry is. Futures complete on the caller's
 * context if it has one, else on one of the store's.
 */
public final class HazelcastDedupStore implements DedupStore {
  private static final String MAP = "vertebra.dedup";
  private static final Duration RETRY_AFTER = Duration.ofMillis(100);
  private static final char SEPARATOR = '\n';

  private final Context own;
  private final IMap<String, DedupEntry> entries;
  private final long windowMillis;
  private final LongSupplier timeShift;
  private final long store = UUID.randomUUID().getLeastSignificantBits();
  private final AtomicLong lastToken = new AtomicLong();

  HazelcastDedupStore(
      Vertx vertx, HazelcastInstance hazelcast, Duration window, LongSupplier timeShift) {
    this.own = ((VertxInternal) vertx).createEventLoopContext();
    this.entries = hazelcast.getMap(MAP);
    this.windowMillis = window.toMillis();
    this.timeShift = timeShift;
  }

  /**
   * The store of the members that {@code hazelcast} belongs to; all stores of a cluster share their
   * entries. The configuration of every member must have gone through {@link #configure}.
   *
   * @param window how long a reply is kept for duplicates
   */
  public static HazelcastDedupStore create(
      Vertx vertx, HazelcastInstance hazelcast, Duration window) {
    if (window.isNegative() || window.isZero()) {
      throw new IllegalArgumentException("window must be more than 0: " + window);
    }
    return new HazelcastDedupStore(vertx, hazelcast, window, () -> 0);
  }

  /** Makes a configuration fit for members that keep entries. Nodes of this framework have it. */
  public static void configure(Config config) {
    config.addMapConfig(new MapConfig(MAP)
        .setBackupCount(1)
        .setInMemoryFormat(InMemoryFormat.OBJECT)
        .setPerEntryStatsEnabled(false)
        .setStatisticsEnabled(false));
    config
        .getSerializationConfig()
        .addDataSerializableFactory(DedupTypes.FACTORY, new DedupTypes());
  }

  private record Running(String key, long high, long low) implements Token {}

  @Override
  public Future<Begin> begin(String consumer, String key, String fingerprint, Duration lease) {
    Running token = new Running(consumer + SEPARATOR + key, store, lastToken.incrementAndGet());
    DedupOperation operation = DedupOperation.begin(
        token.high, token.low, fingerprint, lease.toMillis(), windowMillis, timeShift.getAsLong());
    return submit(token.key, operation, answer -> switch (answer[0]) {
      case DedupOperation.FIRST -> new First(token);
      case DedupOperation.RUNNING -> new DedupStore.Running(RETRY_AFTER, null);
      case DedupOperation.DUPLICATE -> new Duplicate(Buffer.buffer(answer).slice(1, answer.length));
      default -> new Conflict();
    });
  }

  @Override
  public Future<Completion> complete(Token token, Buffer reply) {
    Running mine = (Running) token;
    DedupOperation operation = DedupOperation.complete(
        mine.high, mine.low, reply.getBytes(), windowMillis, timeShift.getAsLong());
    return submit(
        mine.key,
        operation,
        answer -> answer[0] == DedupOperation.DONE ? Completion.STORED : Completion.FENCED);
  }

  @Override
  public Future<Void> release(Token token) {
    Running mine = (Running) token;
    return submit(mine.key, DedupOperation.release(mine.high, mine.low), answer -> null);
  }

  @Override
  public Future<Boolean> extend(Token token, Duration lease) {
    Running mine = (Running) token;
    DedupOperation operation = DedupOperation.extend(
        mine.high, mine.low, lease.toMillis(), windowMillis, timeShift.getAsLong());
    return submit(mine.key, operation, answer -> answer[0] == DedupOperation.DONE);
  }

  /** The answer is handled on a context: Hazelcast's threads must make no other call. */
  private <T> Future<T> submit(String key, DedupOperation operation, Function<byte[], T> answer) {
    Context current = Vertx.currentContext();
    Context context = current == null ? own : current;
    Promise<byte[]> promise = Promise.promise();
    try {
      entries
          .submitToKey(key, operation)
          .whenCompleteAsync(
              (result, failure) -> {
                if (failure == null) {
                  promise.complete(result);
                } else {
                  promise.fail(failure);
                }
              },
              command -> context.runOnContext(there -> command.run()));
    } catch (RuntimeException e) {
      promise.fail(e);
    }
    return promise.future().map(answer);
  }
}
