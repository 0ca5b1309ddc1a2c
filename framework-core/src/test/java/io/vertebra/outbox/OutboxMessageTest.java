package io.vertebra.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OutboxMessageTest {
  record Pick(String orderId) {}

  record Picked() {}

  private static final Request<Pick, Picked> PICK =
      Request.of("warehouse.pick", Pick.class, Picked.class);

  @Test
  void is_ordered_by_the_contracts_key_or_else_by_nothing_but_itself() {
    Request<Pick, Picked> keyed = PICK.keyedBy(Pick::orderId).withVersion(2);
    OutboxMessage message = OutboxMessage.of(keyed, new Pick("o1"), "m1", Map.of("a", "b"));
    assertThat(message.key()).isEqualTo("o1");
    assertThat(message.contract()).isEqualTo("warehouse.pick@2");
    assertThat(message.body()).hasToString("{\"orderId\":\"o1\"}");
    assertThat(OutboxMessage.of(PICK, new Pick("o1"), "m1", Map.of()).key()).isEqualTo("m1");
    Topic<Pick> topic = Topic.of("picks", Pick.class);
    assertThat(OutboxMessage.of(topic, new Pick("o1"), "m2", Map.of()).key()).isEqualTo("m2");
  }

  /** Rows lie where other nodes look for them, whatever release wrote them. */
  @Test
  void has_a_partition_that_never_changes() {
    assertThat(OutboxMessage.of(PICK, new Pick("o1"), "m1", Map.of()).partition())
        .isEqualTo(33);
    Set<Integer> all = new HashSet<>();
    for (int i = 0; i < 2_000; i++) {
      all.add(OutboxMessage.of(PICK, new Pick("o1"), "m" + i, Map.of()).partition());
    }
    assertThat(all).hasSize(OutboxMessage.PARTITIONS).allMatch(p -> p >= 0 && p < 64);
  }
}
