package io.vertebra.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertebra.messaging.SubscriptionOptions.Overflow;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class SubscriptionOptionsTest {
  private static final SubscriptionOptions DEFAULTS = SubscriptionOptions.defaults();

  @Test
  void it_has_defaults() {
    assertThat(DEFAULTS.buffer()).isEqualTo(1024);
    assertThat(DEFAULTS.overflow()).isEqualTo(Overflow.DROP_NEWEST);
    assertThat(SubscriptionOptions.fromJson(new JsonObject()).toJson())
        .isEqualTo(DEFAULTS.toJson());
  }

  @Test
  void json_brings_everything_back() {
    SubscriptionOptions options = DEFAULTS.withBuffer(7).withOverflow(Overflow.DROP_OLDEST);
    SubscriptionOptions read =
        SubscriptionOptions.fromJson(new JsonObject(options.toJson().encode()));
    assertThat(read.buffer()).isEqualTo(7);
    assertThat(read.overflow()).isEqualTo(Overflow.DROP_OLDEST);
  }

  @Test
  void contradictions_are_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withBuffer(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SubscriptionOptions.fromJson(new JsonObject().put("overflow", "WAIT")));
  }
}
