package io.vertebra.outbox;

import io.vertebra.contract.Contract;
import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.error.CallException;
import io.vertebra.error.ContractException;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.CallOptions;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Sends over the bus. */
final class BusTarget implements OutboxTarget {
  private final Bus bus;
  private final Map<String, Contract> contracts = new LinkedHashMap<>();

  BusTarget(Bus bus, Contract... contracts) {
    this.bus = bus.detached();
    for (Contract contract : contracts) {
      Contract other = this.contracts.put(contract.id(), contract);
      if (other != null && other != contract) {
        throw ContractException.invalid(contract.name(), "two forms of it are to be sent");
      }
    }
  }

  @Override
  public Set<String> contracts() {
    return contracts.keySet();
  }

  @Override
  public Future<Void> send(OutboxMessage message, int attempt, Duration timeout) {
    CallOptions options = CallOptions.defaults()
        .withTimeout(timeout)
        .withMessageId(message.messageId())
        .withAttempt(attempt);
    Contract contract =
        Objects.requireNonNull(contracts.get(message.contract()), message.contract());
    return contract instanceof Topic<?> topic
        ? publish(topic, message, options)
        : request((Request<?, ?>) contract, message, options);
  }

  private <Q, R> Future<Void> request(
      Request<Q, R> contract, OutboxMessage message, CallOptions options) {
    Q body = Format.JSON.decode(contract.requestType(), message.body(), contract.name());
    return bus.request(contract, body, options)
        .<Void>mapEmpty()
        .recover(failure -> failure instanceof DeclaredFailure
            ? Future.succeededFuture()
            : Future.failedFuture(failure));
  }

  private <T> Future<Void> publish(Topic<T> topic, OutboxMessage message, CallOptions options) {
    T body = Format.JSON.decode(topic.messageType(), message.body(), topic.name());
    return bus.publishAcknowledged(topic, body, options)
        .compose(reach -> reach.acknowledged() == reach.nodes()
            ? Future.succeededFuture()
            : Future.failedFuture(
                CallException.deadlineExceeded(topic.name(), options.timeout(), true)));
  }
}
