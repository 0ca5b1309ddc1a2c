package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Histories of one sender: nodes come and go, calls begin and end. {@code -Dvertebra.seed=N} runs one of them. */
class KeyOwnersTest {
  private static final String HERE = "here";
  private static final int KEYS = 12;

  /** A node that is only a name. */
  private record Named(String node) implements Target {
    @Override
    public int load() {
      return 0;
    }

    @Override
    public int instances() {
      return 1;
    }

    @Override
    public Fit fit(Request<?, ?> contract) {
      return Fit.FITS;
    }

    @Override
    public String obstacle(Request<?, ?> contract) {
      return "";
    }

    @Override
    public void examine(Exchange<?, ?> exchange) {}

    @Override
    public void send(Exchange<?, ?> exchange) {}

    @Override
    public void cancel(Exchange<?, ?> exchange) {}
  }

  private static Target[] targets(String... nodes) {
    Target[] targets = new Target[nodes.length];
    for (int i = 0; i < nodes.length; i++) {
      targets[i] = new Named(nodes[i]);
    }
    return targets;
  }

  private static String ownerOf(KeyOwners owners, String key) {
    Target owner = owners.ownerOf(key, null);
    return owner == null ? HERE : owner.node();
  }

  private static KeyOwners of(String... nodes) {
    return KeyOwners.nobody(HERE).among(targets(nodes), false);
  }

  @Test
  void moves_only_the_keys_of_a_node_that_leaves() {
    KeyOwners before = of("a", "b", "c", "d", "e");
    KeyOwners after = before.among(targets("a", "b", "d", "e"), false);
    int moved = 0;
    for (int i = 0; i < 10_000; i++) {
      String key = "key-" + i;
      String owner = ownerOf(before, key);
      assertThat(KeyOwners.isOwner(owner, key, before.nodes())).isTrue();
      if (owner.equals("c")) {
        moved++;
        assertThat(after.isHeldUp(key)).isTrue();
      } else {
        assertThat(ownerOf(after, key)).isEqualTo(owner);
        assertThat(after.isHeldUp(key)).isFalse();
      }
    }
    assertThat(moved).isBetween(1_850, 2_150);
  }

  @Test
  void holds_only_the_keys_that_a_node_takes_when_it_joins() {
    KeyOwners before = of("a", "b");
    KeyOwners after = before.among(targets("a", "b", "c"), false);
    for (int i = 0; i < 1_000; i++) {
      String key = "key-" + i;
      assertThat(after.isHeldUp(key)).isEqualTo(ownerOf(after, key).equals("c"));
    }
  }

  @Test
  void holds_nothing_for_nodes_that_were_there_from_the_beginning() {
    assertThat(of("a", "b").isHeldUp("key")).isFalse();
  }

  @Test
  void holds_the_keys_that_the_former_owner_names_and_no_others() {
    KeyOwners joined = of("a").among(targets("a", "b"), false);
    List<String> moved = new ArrayList<>();
    for (int i = 0; moved.size() < 2; i++) {
      if (ownerOf(joined, "key-" + i).equals("b")) {
        moved.add("key-" + i);
      }
    }
    KeyOwners said = joined.answered(joined.version(), "a", Set.of(moved.get(0)));
    assertThat(said.isHeldUp(moved.get(0))).isTrue();
    assertThat(said.isHeldUp(moved.get(1))).isFalse();
    KeyOwners done = said.answered(said.version(), "a", Set.of());
    assertThat(done.isHeldUp(moved.get(0))).isFalse();
    assertThat(done.former()).as("whom to ask").containsOnlyKeys();
  }

  @Test
  void takes_no_answer_that_was_given_to_an_earlier_question() {
    KeyOwners joined = of("a").among(targets("a", "b"), false);
    KeyOwners again = joined.among(targets("b"), false);
    assertThat(again.answered(joined.version(), "a", Set.of()).former()).containsKey("a");
    assertThat(again.answered(again.version(), "a", Set.of()).former()).containsOnlyKeys("b");
  }

  @Test
  void asks_nobody_anew_when_only_the_ways_to_the_nodes_change() {
    KeyOwners before = of("a", "b");
    assertThat(before.among(targets("b", "a"), false).version()).isEqualTo(before.version());
  }

  @Test
  void never_lets_two_nodes_be_busy_with_one_key() {
    Long seed = Long.getLong("vertebra.seed");
    for (long each = 0; each < 20_000; each++) {
      new History(seed == null ? each : seed).run();
    }
  }

  private static final class History {
    final long seed;
    final SplittableRandom random;
    final Map<String, Set<String>> busy = new HashMap<>();
    KeyOwners owners = KeyOwners.nobody(HERE);

    History(long seed) {
      this.seed = seed;
      this.random = new SplittableRandom(seed);
    }

    void run() {
      int steps = random.nextInt(20, 200);
      for (int i = 0; i < steps; i++) {
        switch (random.nextInt(8)) {
          case 0 -> change();
          case 1, 2 -> answer();
          case 3, 4 -> end();
          default -> send("key-" + random.nextInt(KEYS));
        }
      }
      busy.clear();
      for (String node : Set.copyOf(owners.former().keySet())) {
        owners = owners.answered(owners.version(), node, Set.of());
      }
      for (int key = 0; key < KEYS; key++) {
        assertThat(owners.isHeldUp("key-" + key))
            .as("held at the end, seed %d", seed)
            .isFalse();
      }
    }

    private void change() {
      Set<String> nodes = new TreeSet<>();
      for (String node : List.of("a", "b", "c", "d")) {
        if (random.nextBoolean()) {
          nodes.add(node);
        }
      }
      owners = owners.among(targets(nodes.toArray(String[]::new)), random.nextInt(3) > 0);
    }

    /** Of a question of now, or of one that was asked before the owners changed again. */
    private void answer() {
      List<String> asked = new ArrayList<>(new TreeSet<>(owners.former().keySet()));
      if (asked.isEmpty()) {
        return;
      }
      String node = asked.get(random.nextInt(asked.size()));
      if (random.nextInt(4) == 0) {
        owners = owners.answered(owners.version() - 1, node, Set.of());
        return;
      }
      Set<String> keys = new HashSet<>(busy.getOrDefault(node, Set.of()));
      Set<String> now = owners.nodes();
      keys.removeIf(key -> KeyOwners.isOwner(node, key, now));
      boolean isTooMany = random.nextInt(8) == 0;
      owners = owners.answered(owners.version(), node, isTooMany ? null : keys);
    }

    private void end() {
      for (Set<String> keys : busy.values()) {
        keys.removeIf(key -> random.nextInt(3) == 0);
      }
    }

    private void send(String key) {
      if (owners.nodes().isEmpty() || owners.isHeldUp(key)) {
        return;
      }
      String owner = ownerOf(owners, key);
      busy.forEach((node, keys) -> assertThat(node.equals(owner) || !keys.contains(key))
          .as("seed %d: %s is sent to %s while %s is busy with it", seed, key, owner, node)
          .isTrue());
      busy.computeIfAbsent(owner, fresh -> new HashSet<>()).add(key);
    }
  }
}
