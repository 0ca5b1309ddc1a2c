package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an owner asks of the world. Each call answers later, through the owner's method of the name
 * given; never from inside the call.
 */
interface SagaHost {
  /** Answered by {@code granted}, or not at all. */
  void acquire(int wanted);

  /** Answered by {@code renewed}, or not at all. */
  void renew(List<SagaLog.Lease> leases);

  /** Not answered. */
  void release(List<SagaLog.Lease> leases);

  /** Not answered; the last call. */
  void leave();

  /** Answered by {@code written} or {@code writeFailed}. One at a time. */
  void write(List<SagaLog.Transition> batch);

  /** Answered by {@code loaded} or {@code loadFailed}. */
  void load(List<SagaLog.Lease> leases, @Nullable String after, int limit);

  /** Answered by {@code dueFound} or {@code dueFailed}. */
  void due(List<SagaLog.Lease> leases, int limit);

  /** Answered by {@code found} or {@code findFailed}. */
  void find(Entry.Key key);

  /** Not answered. */
  void purge();

  /** Answered by {@code happened} with a reply, a refusal or a failure, or not at all. */
  void send(Order order);

  /** Not answered. */
  void tell(SagaEvent event);

  /** Not answered; told once: nobody here has the definition, or the state cannot be read. */
  void stalled(SagaLog.Row row, String reason);

  /** A command to send. */
  record Order(
      Entry.Key key,
      String instance,
      Request<?, ?> contract,
      String messageId,
      Buffer body,
      int attempt,
      Duration timeout) {}
}
