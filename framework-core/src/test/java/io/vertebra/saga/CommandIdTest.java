package io.vertebra.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CommandIdTest {

  @Test
  void a_compensation_leads_to_its_action() {
    String action = CommandId.ofAction("k3-1", "charge");
    String compensation = CommandId.ofCompensation("k3-1", "charge");
    assertThat(CommandId.actionOf(compensation)).isEqualTo(action).isEqualTo("k3-1.charge");
    assertThat(CommandId.isAction(action)).isTrue();
    assertThat(CommandId.isAction(compensation)).isFalse();
    assertThat(CommandId.isCompensation(compensation)).isTrue();
  }

  @Test
  void a_step_named_undo_is_an_action() {
    assertThat(CommandId.isAction("k3-1.undo")).isTrue();
    assertThat(CommandId.isCompensation("k3-1.undo")).isFalse();
    assertThat(CommandId.actionOf("k3-1.undo.undo")).isEqualTo("k3-1.undo");
  }

  @Test
  void other_message_ids_are_neither() {
    assertThat(CommandId.isAction("0123456789abcdef")).isFalse();
    assertThat(CommandId.isCompensation("undo")).isFalse();
    assertThatThrownBy(() -> CommandId.actionOf("k3-1.charge"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("k3-1.charge");
  }

  @Test
  void a_message_in_the_place_of_another_is_of_the_same_kind() {
    assertThat(CommandId.next("k3-1.charge")).isEqualTo("k3-1.charge~1");
    assertThat(CommandId.next("k3-1.charge~9")).isEqualTo("k3-1.charge~10");
    assertThat(CommandId.isAction("k3-1.charge~1")).isTrue();
    assertThat(CommandId.isAction("k3-1.charge.undo~1")).isFalse();
    assertThat(CommandId.isCompensation("k3-1.charge.undo~1")).isTrue();
    assertThat(CommandId.actionOf("k3-1.charge.undo~1")).isEqualTo("k3-1.charge");
  }
}
