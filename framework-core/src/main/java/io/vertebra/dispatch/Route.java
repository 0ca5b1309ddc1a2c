package io.vertebra.dispatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where the messages of one request contract can go: the instances in this process and the nodes
 * that serve it. Read by every caller, replaced as a whole when somebody comes or goes.
 */
public final class Route implements DispatchOwner {
  private static final Instance<?, ?>[] NO_INSTANCES = {};
  private final String contract;
  private final Shared<Instance<?, ?>[]> instances = new Shared<>(NO_INSTANCES);
  private final Engine engine;
  private final Shared<KeyOwners> owners;
  private volatile boolean keyed;
  private volatile @Nullable Bulkhead bulkhead;
  private final AtomicReference<@Nullable Repeats> repeats = new AtomicReference<>();
  private final Shared<Past> past = new Shared<>(new Past(List.of(), Counters.Snapshot.NONE));

  Route(String contract, Engine engine) {
    this.contract = contract;
    this.engine = engine;
    this.owners = new Shared<>(KeyOwners.nobody(engine.nodeId()));
  }

  /** Instances that finish what they have, and the counts of those that are gone. */
  private record Past(List<Instance<?, ?>> leaving, Counters.Snapshot gone) {

    Past with(Instance<?, ?> instance) {
      if (leaving.contains(instance)) {
        return this;
      }
      List<Instance<?, ?>> more = new ArrayList<>(leaving);
      more.add(instance);
      return new Past(more, gone);
    }

    Past without(Instance<?, ?> instance) {
      List<Instance<?, ?>> fewer = new ArrayList<>(leaving);
      return fewer.remove(instance)
          ? new Past(fewer, gone.plus(instance.counters().snapshot()))
          : this;
    }
  }

  /** What calls that may be made more than once share; made when first asked for. */
  Repeats repeats() {
    Repeats known = repeats.get();
    if (known == null) {
      repeats.compareAndSet(null, new Repeats(System.nanoTime()));
      known = repeats.get();
    }
    return Objects.requireNonNull(known);
  }

  /** A number from 0 to 1 by chance. */
  static double draw() {
    return ThreadLocalRandom.current().nextDouble();
  }

  /** Limits how many calls of the contract this node may wait for at once. */
  public void limitCallsTo(int most) {
    bulkhead = new Bulkhead(most);
  }

  @Nullable
  Bulkhead bulkhead() {
    return bulkhead;
  }

  void add(Instance<?, ?> instance) {
    instances.replace(before -> {
      Instance<?, ?>[] after = Arrays.copyOf(before, before.length + 1);
      after[before.length] = instance;
      return after;
    });
    keyed |= instance.contract().isKeyed() || instance.contract().isIdempotent();
    ownHere();
  }

  /** Whether the instance was there. What it has in flight still counts until {@link #forget}. */
  boolean remove(Instance<?, ?> instance) {
    if (!localInstances().contains(instance)) {
      return false;
    }
    past.replace(now -> now.with(instance));
    Instance<?, ?>[] before = instances.replace(now -> {
      List<Instance<?, ?>> kept = new ArrayList<>(Arrays.asList(now));
      kept.remove(instance);
      return kept.toArray(NO_INSTANCES);
    });
    ownHere();
    return Arrays.asList(before).contains(instance);
  }

  /** The instance has left and ended its last call; only its counts are kept. */
  void forget(Instance<?, ?> instance) {
    past.replace(now -> now.without(instance));
  }

  /** Instances that are here or leaving, and the counts of the others, as they were at one moment. */
  private Past everything() {
    while (true) {
      Past known = past.get();
      Past all = known;
      for (Instance<?, ?> instance : instances.get()) {
        all = all.with(instance);
      }
      if (past.isStill(known)) {
        return all;
      }
    }
  }

  /**
   * Replaces the nodes that serve the contract; the caller's own node is not among them.
   *
   * @param isKeyed whether each key belongs to one of the nodes
   */
  public void setTargets(List<Target> nodes, boolean isKeyed) {
    keyed |= isKeyed;
    Target[] others = nodes.toArray(Target[]::new);
    change(now -> now.among(others, isServedHere()));
  }

  /** Looks again at whether this node owns keys, which it does while it serves the contract and stays. */
  void ownHere() {
    change(now -> now.among(now.targets(), isServedHere()));
  }

  private boolean isServedHere() {
    return instances() > 0 && !engine.isLeaving();
  }

  private void change(UnaryOperator<KeyOwners> change) {
    int before = owners
        .replace(now -> keyed ? change.apply(now) : change.apply(now).forgetFormer())
        .version();
    if (keyed && owners.get().version() != before) {
      engine.keyMoves().moved(this);
    }
  }

  /** See {@link KeyOwners#answered}. */
  void answered(int asked, String node, @Nullable Set<String> busy) {
    owners.replace(now -> now.answered(asked, node, busy));
  }

  /** Which node owns each key. */
  KeyOwners owners() {
    return owners.get();
  }

  /**
   * The instance to run a message of {@code key} on, or any without a key: the less busy of two
   * neighbours, or any other if that has no room. Null if there is none here.
   */
  public @Nullable Instance<?, ?> pickInstance(@Nullable String key) {
    Instance<?, ?>[] all = instances.get();
    if (all.length < 2) {
      return all.length == 0 ? null : all[0];
    }
    if (key != null) {
      return all[Math.floorMod(key.hashCode() * 0x9E3779B9, all.length)];
    }
    int from = ThreadLocalRandom.current().nextInt(all.length);
    Instance<?, ?> one = all[from];
    Instance<?, ?> other = all[from + 1 == all.length ? 0 : from + 1];
    Instance<?, ?> better = other.admission().inFlight() < one.admission().inFlight() ? other : one;
    return better.hasRoom() ? better : withRoom(all, from, better);
  }

  private static Instance<?, ?> withRoom(Instance<?, ?>[] all, int from, Instance<?, ?> otherwise) {
    for (int i = 0; i < all.length; i++) {
      Instance<?, ?> candidate = all[(from + i) % all.length];
      if (candidate.hasRoom()) {
        return candidate;
      }
    }
    return otherwise;
  }

  /** The better of two random nodes by load, or null if nobody else serves the contract. */
  @Nullable
  Target pickTarget(@Nullable Target excluded) {
    Target[] all = owners().targets();
    if (all.length == 0) {
      return null;
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int first = random.nextInt(all.length);
    Target one = all[first];
    // Another one, if there is, so that of two nodes never the busier one is asked.
    Target other = all[(first + 1 + random.nextInt(Math.max(1, all.length - 1))) % all.length];
    if (excluded != null
        && (one.node().equals(excluded.node()) || other.node().equals(excluded.node()))) {
      return notExcluded(all, excluded);
    }
    return other.load() < one.load() ? other : one;
  }

  private static @Nullable Target notExcluded(Target[] all, @Nullable Target excluded) {
    int from = ThreadLocalRandom.current().nextInt(all.length);
    for (int i = 0; i < all.length; i++) {
      Target candidate = all[(from + i) % all.length];
      if (excluded == null || !candidate.node().equals(excluded.node())) {
        return candidate;
      }
    }
    return null;
  }

  /** The instance of that index, or any if it has gone; null if there is none left. */
  public @Nullable Instance<?, ?> instanceAt(int index) {
    Instance<?, ?>[] all = instances.get();
    return all.length == 0 ? null : all[Math.min(index, all.length - 1)];
  }

  @Override
  public String contractId() {
    return contract;
  }

  /** It stands for the code of callers that hears the outcome. */
  @Override
  public String verticle() {
    return "a caller";
  }

  /** Id of the contract. */
  public String contract() {
    return contract;
  }

  /** How many instances run in this process. */
  public int instances() {
    return instances.get().length;
  }

  /** The other nodes that serve the contract. */
  public List<Target> targets() {
    return List.of(owners().targets());
  }

  /** The instances in this process. */
  public List<Instance<?, ?>> localInstances() {
    return List.of(instances.get());
  }

  /** The instances in this process, those that are leaving included. */
  List<Instance<?, ?>> allInstances() {
    return everything().leaving;
  }

  /** Calls that wait for a permit. */
  public int waiting() {
    int sum = 0;
    for (Instance<?, ?> instance : instances.get()) {
      sum += instance.queue().size();
    }
    return sum;
  }

  /** Calls that hold a permit, those of instances that are leaving included. */
  public int inFlight() {
    int sum = 0;
    for (Instance<?, ?> instance : allInstances()) {
      sum += instance.admission().inFlight();
    }
    return sum;
  }

  /** What became of the calls served here. */
  public Counters.Snapshot counters() {
    Past all = everything();
    Counters.Snapshot sum = all.gone;
    for (Instance<?, ?> instance : all.leaving) {
      sum = sum.plus(instance.counters().snapshot());
    }
    return sum;
  }
}
