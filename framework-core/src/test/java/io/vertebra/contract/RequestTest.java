package io.vertebra.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.error.ContractException;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {
  record Reserve(@Nullable String id, @Nullable String sku, int quantity) {}

  record Reserved(int left) {}

  record OutOfStock(String sku) {}

  record Unknown(String sku) {}

  static final class Other {
    record OutOfStock(int code) {}
  }

  private static final Request<Reserve, Reserved> RESERVE =
      Request.of("stock.reserve", Reserve.class, Reserved.class);

  @Test
  void has_a_name_version_one_and_its_types() {
    assertThat(RESERVE.name()).isEqualTo("stock.reserve");
    assertThat(RESERVE.version()).isEqualTo(1);
    assertThat(RESERVE.requestType()).isEqualTo(Reserve.class);
    assertThat(RESERVE.messageType()).isEqualTo(Reserve.class);
    assertThat(RESERVE.replyType()).isEqualTo(Reserved.class);
    assertThat(RESERVE.failures()).isEmpty();
    assertThat(RESERVE).hasToString("stock.reserve v1");
  }

  @Test
  void changes_are_made_to_a_copy() {
    Request<Reserve, Reserved> changed = RESERVE
        .failsWith(OutOfStock.class)
        .withVersion(2)
        .idempotentBy(Reserve::id)
        .keyedBy(Reserve::sku)
        .readOnly();

    assertThat(changed.version()).isEqualTo(2);
    assertThat(changed.isIdempotent()).isTrue();
    assertThat(changed.isKeyed()).isTrue();
    assertThat(changed.isReadOnly()).isTrue();
    assertThat(changed.failures()).containsExactly(OutOfStock.class);
    assertThat(RESERVE.version()).isEqualTo(1);
    assertThat(RESERVE.isIdempotent()).isFalse();
    assertThat(RESERVE.isKeyed()).isFalse();
    assertThat(RESERVE.isReadOnly()).isFalse();
    assertThat(RESERVE.failures()).isEmpty();
  }

  @Test
  void finds_failures_by_simple_name() {
    Request<Reserve, Reserved> contract =
        RESERVE.failsWith(OutOfStock.class).failsWith(Unknown.class);

    assertThat(contract.failures()).containsExactly(OutOfStock.class, Unknown.class);
    assertThat(contract.declares(Unknown.class)).isTrue();
    assertThat(contract.declares(Other.OutOfStock.class)).isFalse();
    assertThat(contract.findFailure("OutOfStock")).isEqualTo(OutOfStock.class);
    assertThat(contract.findFailure("Nothing")).isNull();
  }

  @Test
  void refuses_two_failures_with_one_simple_name() {
    assertThatThrownBy(() -> RESERVE.failsWith(OutOfStock.class, Other.OutOfStock.class))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining("Other$OutOfStock")
        .hasMessageContaining("have the same simple name");
    assertThat(RESERVE.failsWith(OutOfStock.class, OutOfStock.class).failures()).hasSize(1);
  }

  @Test
  void takes_keys_from_messages() {
    Request<Reserve, Reserved> contract =
        RESERVE.idempotentBy(Reserve::id).keyedBy(Reserve::quantity);
    Reserve message = new Reserve("r-1", "S18_1749", 30);

    assertThat(contract.idempotencyKeyOf(message)).isEqualTo("r-1");
    assertThat(contract.keyOf(message)).isEqualTo("30");
    assertThat(RESERVE.keyOf(message)).isNull();
    assertThat(RESERVE.idempotencyKeyOf(message)).isNull();
  }

  @Test
  void refuses_a_message_whose_key_is_null_or_cannot_be_computed() {
    Request<Reserve, Reserved> contract = RESERVE
        .idempotentBy(Reserve::id)
        .keyedBy(message -> Integer.valueOf(String.valueOf(message.sku())));
    Reserve message = new Reserve(null, null, 1);

    assertThatThrownBy(() -> contract.idempotencyKeyOf(message))
        .isInstanceOfSatisfying(
            ContractException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MESSAGE_INVALID))
        .hasMessageContaining("its idempotency key is null");
    assertThatThrownBy(() -> contract.keyOf(message))
        .hasMessageContaining("routing key threw java.lang.NumberFormatException");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "stock",
        "stock.reserve",
        "stock.reserve-line",
        "stock.v2.reserve",
        "s3.2024-01"
      })
  void accepts_lower_case_words_joined_by_dots_and_dashes(String name) {
    assertThat(Request.of(name, Reserve.class, Reserved.class).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Stock",
        "stock.",
        ".stock",
        "stock..reserve",
        "stock reserve",
        "stock-",
        "2stock",
        "stock_x",
        "stöck",
        "a\n"
      })
  void refuses_other_names(String name) {
    assertThatThrownBy(() -> Request.of(name, Reserve.class, Reserved.class))
        .isInstanceOfSatisfying(
            VertebraException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONTRACT_INVALID))
        .hasMessageContaining("lower-case words");
  }

  @Test
  void refuses_names_of_more_than_200_characters() {
    assertThat(Request.of("a".repeat(200), Reserve.class, Reserved.class).name())
        .hasSize(200);
    assertThatThrownBy(() -> Request.of("a".repeat(201), Reserve.class, Reserved.class))
        .hasMessageContaining("longer than 200 characters");
  }

  @Test
  void refuses_versions_below_one() {
    assertThatThrownBy(() -> RESERVE.withVersion(0))
        .hasMessageContaining("version 0 is less than 1");
  }

  @Test
  void does_not_run_key_functions_before_there_is_a_message() {
    AtomicInteger runs = new AtomicInteger();
    RESERVE.keyedBy(message -> runs.incrementAndGet()).fingerprint();
    assertThat(runs).hasValue(0);
  }
}
