package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MessageIdTest {

  @Test
  void a_counted_id_reads_as_32_hexadecimal_digits() {
    MessageId id = new MessageId(0x0123456789abcdefL, -1);
    assertThat(id).hasToString("0123456789abcdefffffffffffffffff");
    assertThat(id.isText()).isFalse();
    assertThat(id.high()).isEqualTo(0x0123456789abcdefL);
    assertThat(id.low()).isEqualTo(-1);
  }

  @Test
  void a_chosen_id_stays_as_it_was_chosen() {
    MessageId id = new MessageId("order-17");
    assertThat(id).hasToString("order-17");
    assertThat(id.isText()).isTrue();
  }

  @Test
  void ids_are_equal_if_they_were_made_from_the_same() {
    assertThat(new MessageId(1, 2))
        .isEqualTo(new MessageId(1, 2))
        .hasSameHashCodeAs(new MessageId(1, 2))
        .isNotEqualTo(new MessageId(1, 3))
        .isNotEqualTo(new MessageId(2, 2))
        .isNotEqualTo(new MessageId("a"));
    assertThat(new MessageId("a"))
        .isEqualTo(new MessageId("a"))
        .hasSameHashCodeAs(new MessageId("a"))
        .isNotEqualTo(new MessageId("b"))
        .isNotEqualTo("a");
  }
}
