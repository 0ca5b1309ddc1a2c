package io.vertebra.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TopicTest {
  record PriceChanged(String sku, long cents) {}

  private static final Topic<PriceChanged> PRICES = Topic.of("prices.changed", PriceChanged.class);

  @Test
  void has_a_name_a_version_and_a_type() {
    assertThat(PRICES.withVersion(3)).hasToString("prices.changed v3");
    assertThat(PRICES.messageType()).isEqualTo(PriceChanged.class);
    assertThat(PRICES.withVersion(3).messageType()).isEqualTo(PriceChanged.class);
  }

  @Test
  void takes_keys_from_messages() {
    PriceChanged message = new PriceChanged("S18_1749", 4070);

    assertThat(PRICES.isKeyed()).isFalse();
    assertThat(PRICES.keyOf(message)).isNull();
    assertThat(PRICES.keyedBy(PriceChanged::sku).isKeyed()).isTrue();
    assertThat(PRICES.keyedBy(PriceChanged::sku).withVersion(2).keyOf(message))
        .isEqualTo("S18_1749");
  }

  @Test
  void refuses_what_a_request_refuses() {
    assertThatThrownBy(() -> Topic.of("Prices", PriceChanged.class))
        .hasMessageContaining("lower-case words");
    assertThatThrownBy(() -> Topic.of("prices", Thread.class))
        .hasMessageContaining(
            "Thread: java.lang.Thread is neither a record nor a sealed interface of records");
  }
}
