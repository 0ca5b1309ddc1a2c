package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.messaging.Criticality;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PriorityTest {
  private static final MessageId CONVERSATION = new MessageId(17, 4);

  @Test
  void a_more_important_class_always_comes_before_a_less_important_one() {
    int before = -1;
    for (Criticality each : Criticality.values()) {
      for (int i = 0; i < 1000; i++) {
        int priority = Priority.of(each, new MessageId(i + 1L, i * 31L));
        assertThat(priority / Priority.COHORTS).isEqualTo(each.rank());
        assertThat(Priority.criticality(priority)).isEqualTo(each);
        assertThat(priority).isGreaterThan(before);
      }
      before = Priority.of(each, CONVERSATION) / Priority.COHORTS * Priority.COHORTS
          + Priority.COHORTS
          - 1;
    }
    assertThat(before).isEqualTo(Priority.LOWEST);
  }

  @Test
  void conversations_spread_over_all_cohorts() {
    Set<Integer> cohorts = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      cohorts.add(Priority.of(null, new MessageId(99, i)) % Priority.COHORTS);
    }
    assertThat(cohorts).hasSize(Priority.COHORTS);
  }

  @Test
  void a_child_call_is_lowered_but_never_raised_and_keeps_its_cohort() {
    int parent = Priority.of(Criticality.SHEDDABLE_PLUS, CONVERSATION);
    int cohort = parent % Priority.COHORTS;

    assertThat(Priority.inherit(parent, null)).isEqualTo(parent);
    assertThat(Priority.inherit(parent, Criticality.CRITICAL_PLUS)).isEqualTo(parent);
    assertThat(Priority.inherit(parent, Criticality.SHEDDABLE_PLUS)).isEqualTo(parent);
    int lowered = Priority.inherit(parent, Criticality.SHEDDABLE);
    assertThat(Priority.criticality(lowered)).isEqualTo(Criticality.SHEDDABLE);
    assertThat(lowered % Priority.COHORTS).isEqualTo(cohort);
  }

  @Test
  void what_a_peer_claims_is_brought_into_range() {
    int highest = Priority.of(Criticality.CRITICAL_PLUS, CONVERSATION);

    assertThat(Priority.clamp(highest, Criticality.CRITICAL_PLUS)).isEqualTo(highest);
    assertThat(Priority.criticality(Priority.clamp(highest, Criticality.SHEDDABLE)))
        .isEqualTo(Criticality.SHEDDABLE);
    assertThat(Priority.clamp(-1, Criticality.CRITICAL_PLUS)).isEqualTo(Priority.LOWEST);
    assertThat(Priority.clamp(Short.MAX_VALUE, Criticality.CRITICAL_PLUS))
        .isEqualTo(Priority.LOWEST);
  }
}
