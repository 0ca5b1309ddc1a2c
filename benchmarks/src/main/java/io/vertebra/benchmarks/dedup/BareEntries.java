package io.vertebra.benchmarks.dedup;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.ExtendedMapEntry;
import com.hazelcast.map.IMap;
import io.vertebra.idempotency.DedupStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Entry processors that put a value if there is none, and that put one: the least a store has to do. */
final class BareEntries implements DedupStore {
  private static final byte[] RUNNING = new byte[48];
  private final IMap<String, byte[]> map;

  BareEntries(HazelcastInstance hazelcast) {
    map = hazelcast.getMap("bare");
  }

  private record Key(String key) implements Token {}

  @Override
  public Future<Begin> begin(String consumer, String key, String fingerprint, Duration lease) {
    Key token = new Key(consumer + "\n" + key);
    return submit(token, new Put(RUNNING, true))
        .map(
            before -> before.length == 0 ? new First(token) : new Duplicate(Buffer.buffer(before)));
  }

  @Override
  public Future<Completion> complete(Token token, Buffer reply) {
    return submit((Key) token, new Put(reply.getBytes(), false)).map(Completion.STORED);
  }

  private Future<byte[]> submit(Key key, Put put) {
    Promise<byte[]> promise = Promise.promise();
    Context context = Vertx.currentContext();
    map.submitToKey(key.key, put)
        .whenCompleteAsync(
            (before, failure) -> {
              if (failure == null) {
                promise.complete(before);
              } else {
                promise.fail(failure);
              }
            },
            command -> context.runOnContext(there -> command.run()));
    return promise.future();
  }

  @Override
  public Future<Void> release(Token token) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Boolean> extend(Token token, Duration lease) {
    throw new UnsupportedOperationException();
  }

  /** Puts a value, perhaps only if there is none; answers what was there. */
  private static final class Put implements EntryProcessor<String, byte[], byte[]> {
    private static final long serialVersionUID = 1L;

    private final byte[] value;
    private final boolean isFirst;

    Put(byte[] value, boolean isFirst) {
      this.value = value;
      this.isFirst = isFirst;
    }

    @Override
    public byte[] process(Map.Entry<String, byte[]> entry) {
      byte[] before = entry.getValue();
      if (before == null || !isFirst) {
        ((ExtendedMapEntry<String, byte[]>) entry).setValue(value, 10, TimeUnit.MINUTES);
      }
      return before == null ? new byte[0] : before;
    }
  }
}
