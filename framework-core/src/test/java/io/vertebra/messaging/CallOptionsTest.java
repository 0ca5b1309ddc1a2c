package io.vertebra.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CallOptionsTest {
  private static final CallOptions DEFAULTS = CallOptions.defaults();

  @Test
  void it_has_defaults() {
    assertThat(DEFAULTS.timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(DEFAULTS.timeoutNanos()).isEqualTo(5_000_000_000L);
    assertThat(DEFAULTS.messageId()).isNull();
    assertThat(DEFAULTS.attempt()).isEqualTo(1);
    assertThat(DEFAULTS.cancellation()).isNull();
    assertThat(CallOptions.fromJson(new JsonObject()).toJson()).isEqualTo(DEFAULTS.toJson());
  }

  @Test
  void json_brings_back_everything_but_the_cancellation() {
    Cancellation cancellation = Cancellation.create();
    CallOptions options = DEFAULTS
        .withCancellation(cancellation)
        .withTimeout(Duration.ofMillis(1500))
        .withMessageId("mine")
        .withAttempt(2);
    assertThat(options.cancellation()).isSameAs(cancellation);
    CallOptions read = CallOptions.fromJson(new JsonObject(options.toJson().encode()));
    assertThat(read.timeout()).isEqualTo(Duration.ofMillis(1500));
    assertThat(read.messageId()).isEqualTo("mine");
    assertThat(read.attempt()).isEqualTo(2);
    assertThat(read.cancellation()).isNull();
  }

  @Test
  void contradictions_are_refused() {
    List<ThrowingCallable> contradictions = List.of(
        () -> DEFAULTS.withTimeout(Duration.ZERO),
        () -> DEFAULTS.withTimeout(Duration.ofMillis(-1)),
        () -> DEFAULTS.withTimeout(Duration.ofDays(1).plusNanos(1)),
        () -> DEFAULTS.withMessageId(""),
        () -> DEFAULTS.withAttempt(0));
    contradictions.forEach(each -> assertThatIllegalArgumentException().isThrownBy(each));
    assertThat(DEFAULTS.withTimeout(Duration.ofDays(1)).timeout()).isEqualTo(Duration.ofDays(1));
  }
}
