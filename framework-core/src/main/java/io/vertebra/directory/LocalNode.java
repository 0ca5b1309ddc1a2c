package io.vertebra.directory;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the own node serves, and which version of that the others may know. */
final class LocalNode {
  final String node;
  final long incarnation;
  final NodeLoad load = new NodeLoad();

  private final SortedMap<Long, ServedContract> contracts = new TreeMap<>();
  private ServingState state = ServingState.READY;
  private List<TapInterest> taps = List.of();
  private Descriptor published;
  private boolean isChanged;
  private long publishAt;

  LocalNode(String node, long incarnation) {
    this.node = node;
    this.incarnation = incarnation;
    this.published = new Descriptor(node, incarnation, 1, state, List.of(), taps);
  }

  void put(ServedContract contract) {
    ServedContract old = contracts.get(contract.id());
    if (old != null && !old.name().equals(contract.name())) {
      throw new IllegalArgumentException("contracts '" + old.name() + "' and '" + contract.name()
          + "' have the same id " + contract.id());
    }
    contracts.put(contract.id(), contract);
  }

  void remove(long contractId) {
    contracts.remove(contractId);
  }

  void changeState(ServingState newState) {
    state = newState;
  }

  void tap(List<TapInterest> interests) {
    taps = List.copyOf(interests);
  }

  /** Notes that something changed; returns the version in which it will go out. */
  long changed(long publishAtLatest) {
    if (!isChanged) {
      isChanged = true;
      publishAt = publishAtLatest;
    }
    return published.version() + 1;
  }

  boolean isPublishDue(long now) {
    return isChanged && publishAt - now <= 0;
  }

  /** When there is something to publish, or {@code latest} if that comes first. */
  long nextPublish(long latest) {
    return isChanged && publishAt - latest < 0 ? publishAt : latest;
  }

  void publish() {
    isChanged = false;
    published = new Descriptor(
        node,
        incarnation,
        published.version() + 1,
        state,
        new ArrayList<>(contracts.values()),
        taps);
  }

  Descriptor published() {
    return published;
  }

  ServingState state() {
    return state;
  }

  @Nullable
  ServedContract contract(long id) {
    return contracts.get(id);
  }

  List<Long> contractIds() {
    return List.copyOf(contracts.keySet());
  }
}
