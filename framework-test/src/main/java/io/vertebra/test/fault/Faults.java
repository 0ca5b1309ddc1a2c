package io.vertebra.test.fault;

import io.vertebra.HandlerFilter;
import io.vertebra.Node;
import io.vertebra.contract.Request;
import io.vertebra.idempotency.DedupStore;
import io.vertebra.outbox.Outbox;
import io.vertebra.saga.SagaLog;
import io.vertebra.test.VirtualTime;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/**
 * The faults of one test. It stands in the system's way in three places, each of which does nothing
 * until a fault is ordered for it:
 *
 * <ul>
 *   <li>around handlers, with {@link #handlers()}: {@link #on} orders what becomes of requests;
 *   <li>around stores, with {@link #log}, {@link #dedup} and {@link #outbox}: {@link #at};
 *   <li>between nodes: {@link #between}.
 * </ul>
 *
 * <p>At each place the faults are asked in the order in which they were ordered, and at most one of
 * them strikes. Which ones are struck by chance follows from the seed and from how many came by, so two
 * runs in which the same number came to each fault have the same {@link #trace()}.
 */
public final class Faults {
  private final long seed;
  private final Later later;
  private final List<Fault> ordered = new CopyOnWriteArrayList<>();
  private final List<ContractRule> contractRules = new CopyOnWriteArrayList<>();
  private final List<StoreRule> storeRules = new CopyOnWriteArrayList<>();
  private final Lines lines;

  private Faults(long seed, BiConsumer<Duration, Runnable> timer) {
    this.seed = seed;
    this.later = new Later(timer);
    this.lines = new Lines(later);
  }

  /** Faults whose delays take their time. */
  public static Faults seeded(long seed, Vertx vertx) {
    Objects.requireNonNull(vertx);
    return new Faults(
        seed,
        (delay, action) -> vertx.setTimer(Math.max(1, delay.toMillis()), fired -> action.run()));
  }

  /** Faults whose delays pass when the clock is moved. */
  public static Faults seeded(long seed, VirtualTime time) {
    return new Faults(seed, time::after);
  }

  /** What makes a node's handlers subject to faults: goes to {@code NodeOptions.withHandlerFilter}. */
  public HandlerFilter handlers() {
    return new ContractFilter(contractRules, later);
  }

  /** What becomes of the requests of a contract, on each node that has the {@link #handlers()}. */
  public <Q> ContractFaults<Q> on(Request<Q, ?> contract) {
    return new ContractFaults<>(this, Aim.ALL, contract, message -> true);
  }

  /**
   * The log as one process sees it. After a {@linkplain StoreFaults#crashBefore crash} this face of it
   * answers nothing any more; another face of the same log does.
   */
  public SagaLog log(SagaLog log) {
    return new FaultyLog(log, new StoreGate(storeRules, later));
  }

  /** The store as one process sees it; see {@link #log}. */
  public DedupStore dedup(DedupStore store) {
    return new FaultyDedupStore(store, new StoreGate(storeRules, later));
  }

  /** The outbox as one process sees it; see {@link #log}. */
  public Outbox outbox(Outbox outbox) {
    return new FaultyOutbox(outbox, new StoreGate(storeRules, later));
  }

  /** What becomes of one kind of operation, on each store that was wrapped here. */
  public StoreFaults at(FaultPoint point) {
    return new StoreFaults(this, Aim.ALL, point);
  }

  /**
   * What becomes of all that two nodes of a cluster send to each other: requests, replies, heartbeats.
   * Both nodes run in this process. For other processes stop or kill the process, or its network.
   */
  public LineFaults between(Node one, Node other) {
    return new LineFaults(this, Aim.ALL, List.of(lines.of(one, other), lines.of(other, one)));
  }

  /** The same in one direction only. */
  public LineFaults from(Node sender, Node receiver) {
    return new LineFaults(this, Aim.ALL, List.of(lines.of(sender, receiver)));
  }

  /** Ends all faults. What has crashed stays so. */
  public void heal() {
    ordered.forEach(Fault::end);
  }

  /** Each strike so far: the fault, and which of those that came by it was; by faults in their order. */
  public List<String> trace() {
    List<String> trace = new ArrayList<>();
    for (Fault fault : ordered) {
      fault.numbers().forEach(number -> trace.add(fault + " #" + number));
    }
    return trace;
  }

  /** A hash of the {@link #trace()}, to compare runs. */
  public long traceHash() {
    long hash = 0;
    for (String line : trace()) {
      hash = 31 * hash + line.hashCode();
    }
    return hash;
  }

  Fault order(String what, Aim aim, Runnable onEnd) {
    Fault fault = new Fault(what, aim, seed ^ Long.rotateLeft(what.hashCode(), 17), onEnd);
    ordered.add(fault);
    return fault;
  }

  void add(ContractRule rule) {
    contractRules.add(rule);
  }

  void add(StoreRule rule) {
    storeRules.add(rule);
  }
}
