package io.vertebra.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.error.SagaException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SagaTest {
  record Other(String text) {}

  private static SagaBuilder.Steps<Shop.State, Shop.Placed> begin(String name, int version) {
    return Saga.named(name, Shop.State.class)
        .withVersion(version)
        .startedBy(Shop.PLACE, Shop.State::from)
        .key(Shop.State::order);
  }

  private static SagaStep.Compensable<Shop.State, Shop.Done> reserve(
      SagaStep.Start<Shop.State> step) {
    return step.request(Shop.RESERVE, state -> state.command("reserve"));
  }

  private static String hash(UnaryOperator<SagaBuilder.Steps<Shop.State, Shop.Placed>> steps) {
    return steps.apply(begin("test", 1)).outcome(Shop.State::toOutcome).build().hash();
  }

  @Test
  void has_a_hash_that_does_not_change_with_timeouts_retries_and_functions() {
    String hash = hash(s -> s.step("reserve", SagaTest::reserve));
    assertThat(hash).hasSize(32).matches("[0-9a-f]+");
    assertThat(hash(s -> s.deadline(Duration.ofSeconds(1))
            .step(
                "reserve",
                step -> reserve(step)
                    .timeout(Duration.ofSeconds(9))
                    .retry(Retry.defaults().withMaxAttempts(9))
                    .onReply(Shop.State::did))))
        .isEqualTo(hash);
  }

  @Test
  void has_another_hash_when_names_order_kinds_or_contracts_change() {
    assertThat(new String[] {
          hash(s -> s.step("reserve", SagaTest::reserve)),
          hash(s -> s.step("book", SagaTest::reserve)),
          hash(s ->
              s.step("reserve", step -> step.request(Shop.BOOK, state -> state.command("x")))),
          hash(s -> s.step(
              "reserve",
              step -> step.when(state -> true).request(Shop.RESERVE, state -> state.command("x")))),
          hash(s -> s.step(
              "reserve",
              step -> reserve(step).compensate(Shop.RELEASE, state -> state.command("x")))),
          hash(s -> s.parallel("group", p -> p.step("reserve", SagaTest::reserve))),
          hash(s -> s.step("reserve", SagaTest::reserve).step("book", SagaTest::reserve)),
          hash(s -> s.step("book", SagaTest::reserve).step("reserve", SagaTest::reserve)),
          begin("test", 2)
              .step("reserve", SagaTest::reserve)
              .outcome(Shop.State::toOutcome)
              .build()
              .hash(),
          begin("test", 1)
              .pivot("reserve", s -> s.request(Shop.RESERVE, state -> state.command("x")))
              .outcome(Shop.State::toOutcome)
              .build()
              .hash()
        })
        .doesNotHaveDuplicates();
  }

  @Test
  void names_its_steps_in_order() {
    assertThat(Shop.FULFIL.stepNames())
        .containsExactly("reserve", "charge", "book", "dispatch", "notify");
    assertThat(Shop.FULFIL.startedBy()).isSameAs(Shop.PLACE);
    assertThat(Shop.FULFIL).hasToString("order-fulfilment v1");
  }

  @Test
  void refuses_two_steps_of_one_name() {
    assertThatThrownBy(() ->
            hash(s -> s.step("reserve", SagaTest::reserve).step("reserve", SagaTest::reserve)))
        .isInstanceOf(SagaException.class)
        .hasMessageContaining("two steps have the name 'reserve'");
  }

  @Test
  void refuses_to_have_no_step() {
    assertThatThrownBy(() -> hash(s -> s))
        .isInstanceOf(SagaException.class)
        .hasMessageContaining("no step");
    assertThatThrownBy(() -> hash(s -> s.parallel("group", p -> p)))
        .isInstanceOf(SagaException.class)
        .hasMessageContaining("'group' has no step");
  }

  @Test
  void refuses_to_handle_a_failure_that_the_contract_does_not_declare() {
    assertThatThrownBy(() -> hash(s -> s.step(
            "reserve", step -> reserve(step).onFailure(Other.class, (state, other) -> state))))
        .isInstanceOf(SagaException.class)
        .hasMessageContaining("Other");
  }

  @Test
  void refuses_times_that_cannot_be() {
    assertThatThrownBy(() -> begin("test", 1).deadline(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() ->
            hash(s -> s.step("reserve", step -> reserve(step).timeout(Duration.ofDays(2)))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Retry.defaults().withMaxAttempts(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> Retry.defaults().withBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void writes_its_options_as_json_and_reads_them_back() {
    Retry retry = Retry.defaults()
        .withMaxAttempts(7)
        .withBackoff(Duration.ofMillis(5), Duration.ofSeconds(1));
    assertThat(Retry.fromJson(retry.toJson()).toJson()).isEqualTo(retry.toJson());
    SagaOptions options =
        SagaOptions.defaults().withNode("n").withLease(Duration.ofSeconds(3)).withMaxBatch(7);
    assertThat(SagaOptions.fromJson(options.toJson()).toJson()).isEqualTo(options.toJson());
    assertThat(SagaOptions.fromJson(new JsonObject()).toJson())
        .isEqualTo(SagaOptions.defaults().toJson());
  }

  @Test
  void keeps_the_backoff_between_half_and_whole_up_to_its_most() {
    Retry retry = Retry.defaults().withMaxAttempts(1_000);
    for (int attempt = 1; attempt < 1_000; attempt++) {
      long whole = Math.min(10_000, 100L << Math.min(attempt - 1, 20));
      assertThat(retry.delayMillis(attempt, 0)).isEqualTo(whole / 2);
      assertThat(retry.delayMillis(attempt, 0.999999)).isBetween(whole - 1, whole);
    }
  }
}
