package io.vertebra;

import io.vertebra.dispatch.Counters;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Route;
import io.vertebra.messaging.GuardEvent;
import io.vertebra.observe.ContractCounts;
import io.vertebra.observe.NodeView;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The engine's counters as observers see them. */
final class EngineView implements NodeView {
  private final Engine engine;
  private final Set<String> served = ConcurrentHashMap.newKeySet();
  private final List<ContractListener> listeners = new CopyOnWriteArrayList<>();

  EngineView(Engine engine) {
    this.engine = engine;
  }

  void served(String contract) {
    if (served.add(contract)) {
      listeners.forEach(listener -> listener.served(contract));
    }
  }

  @Override
  public String id() {
    return engine.nodeId();
  }

  @Override
  public List<ContractCounts> contracts() {
    return served.stream().sorted().map(this::contract).toList();
  }

  @Override
  public ContractCounts contract(String name) {
    Route route = engine.route(name);
    Counters.Snapshot counts = route.counters();
    return new ContractCounts(
        name,
        counts.started(),
        counts.replied(),
        counts.declared(),
        counts.failed(),
        counts.expired(),
        counts.cancelled(),
        counts.rejected(),
        counts.lost(),
        route.inFlight(),
        route.waiting());
  }

  @Override
  public void onContract(ContractListener listener) {
    listeners.add(listener);
    served.forEach(listener::served);
  }

  @Override
  public long reroutedCalls() {
    return engine.stats().reroutedCalls();
  }

  @Override
  public long lateReplies() {
    return engine.stats().lateReplies();
  }

  @Override
  public long rootCalls() {
    return engine.stats().rootCalls();
  }

  @Override
  public long guarded(GuardEvent.Kind kind, String contract, String reason) {
    return engine.guard().counted(kind, contract, reason);
  }

  @Override
  public void onGuarded(GuardListener listener) {
    engine.guard().onCounted(listener::counted);
  }
}
