package io.vertebra.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RelayOptionsTest {

  @Test
  void reads_what_it_writes() {
    RelayOptions options = RelayOptions.defaults()
        .withName("shop")
        .withLease(Duration.ofSeconds(3))
        .withPollInterval(Duration.ofMillis(200))
        .withTimeout(Duration.ofSeconds(7))
        .withBackoff(Duration.ofMillis(5), Duration.ofMillis(50))
        .withMaxAttempts(3)
        .withMaxBatch(10)
        .withMaxInFlight(20)
        .withMaxStopped(30);
    assertThat(RelayOptions.fromJson(options.toJson()).toJson()).isEqualTo(options.toJson());
    assertThat(RelayOptions.fromJson(new JsonObject()).toJson())
        .isEqualTo(RelayOptions.defaults().toJson());
    assertThat(RelayOptions.defaults().toJson()).isNotEqualTo(options.toJson());
  }

  @Test
  void refuses_what_cannot_work() {
    RelayOptions options = RelayOptions.defaults();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withLease(Duration.ofMillis(999)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1)));
    assertThatIllegalArgumentException().isThrownBy(() -> options.withMaxAttempts(0));
    assertThatIllegalArgumentException().isThrownBy(() -> options.withMaxStopped(0));
    assertThatIllegalArgumentException().isThrownBy(() -> options.withTimeout(Duration.ZERO));
  }
}
