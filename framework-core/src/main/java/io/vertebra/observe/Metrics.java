package io.vertebra.observe;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertebra.messaging.GuardEvent;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Publishes a node's counts as Micrometer meters, tagged with the node and the contract:
 * {@code vertebra.calls} by {@code outcome}, {@code vertebra.calls.in.flight},
 * {@code vertebra.calls.waiting}, {@code vertebra.calls.rerouted}, {@code vertebra.replies.late}, and
 * {@code vertebra.guard} by {@code kind} and {@code reason}, which counts what GuardEvents tell.
 * The meters are functions over the engine's own counters, so they cost nothing per call.
 */
public final class Metrics {
  private Metrics() {}

  /** An observer that registers its meters with {@code registry}. */
  public static Observer on(MeterRegistry registry) {
    return node -> {
      counter(registry, "vertebra.calls.rerouted", node, NodeView::reroutedCalls);
      counter(registry, "vertebra.replies.late", node, NodeView::lateReplies);
      counter(registry, "vertebra.calls.root", node, NodeView::rootCalls);
      node.onContract(contract -> register(registry, node, contract));
      node.onGuarded((kind, contract, reason) -> guard(registry, node, kind, contract, reason));
    };
  }

  private static void counter(
      MeterRegistry registry, String name, NodeView node, ToDoubleFunction<NodeView> count) {
    FunctionCounter.builder(name, node, count).tag("node", node.id()).register(registry);
  }

  private static void register(MeterRegistry registry, NodeView node, String contract) {
    outcome(registry, node, contract, "replied", ContractCounts::replied);
    outcome(registry, node, contract, "declared", ContractCounts::declared);
    outcome(registry, node, contract, "failed", ContractCounts::failed);
    outcome(registry, node, contract, "expired", ContractCounts::expired);
    outcome(registry, node, contract, "cancelled", ContractCounts::cancelled);
    outcome(registry, node, contract, "rejected", ContractCounts::rejected);
    outcome(registry, node, contract, "lost", ContractCounts::lost);
    gauge(registry, "vertebra.calls.in.flight", node, contract, ContractCounts::inFlight);
    gauge(registry, "vertebra.calls.waiting", node, contract, ContractCounts::waiting);
  }

  private static void outcome(
      MeterRegistry registry,
      NodeView node,
      String contract,
      String outcome,
      ToDoubleFunction<ContractCounts> count) {
    FunctionCounter.builder("vertebra.calls", node, n -> count.applyAsDouble(n.contract(contract)))
        .tag("node", node.id())
        .tag("contract", contract)
        .tag("outcome", outcome)
        .register(registry);
  }

  private static void guard(
      MeterRegistry registry, NodeView node, GuardEvent.Kind kind, String contract, String reason) {
    FunctionCounter.builder("vertebra.guard", node, n -> n.guarded(kind, contract, reason))
        .tag("node", node.id())
        .tag("contract", contract)
        .tag("kind", kind.name().toLowerCase(Locale.ROOT))
        .tag("reason", reason)
        .register(registry);
  }

  private static void gauge(
      MeterRegistry registry,
      String name,
      NodeView node,
      String contract,
      ToDoubleFunction<ContractCounts> value) {
    Gauge.builder(name, node, n -> value.applyAsDouble(n.contract(contract)))
        .tag("node", node.id())
        .tag("contract", contract)
        .register(registry);
  }
}
