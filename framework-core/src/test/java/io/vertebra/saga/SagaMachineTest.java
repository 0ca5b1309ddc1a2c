package io.vertebra.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.error.ErrorCode;
import io.vertebra.error.SagaException;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class SagaMachineTest {
  private static final Retry TWICE = Retry.defaults()
      .withMaxAttempts(2)
      .withBackoff(Duration.ofMillis(100), Duration.ofMillis(100));

  private final MachineDriver<Shop.State> heavy =
      new MachineDriver<>(Shop.FULFIL, new Shop.Place("o1", 20));

  @Test
  void sends_the_next_command_when_a_step_is_answered() {
    assertThat(heavy.sentNow()).containsExactly("reserve");
    heavy.reply("reserve");
    assertThat(heavy.sentNow()).containsExactly("charge", "book");
    assertThat(heavy.at.steps()).isEqualTo("+>>..");
  }

  @Test
  void ends_completed_when_all_steps_are_answered() {
    heavy.reply("reserve").reply("charge").reply("book").reply("dispatch").reply("notify");
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.COMPLETED);
    assertThat(heavy.at.commands()).isEmpty();
    assertThat(heavy.at.version()).isEqualTo(6);
  }

  @Test
  void s1_counts_a_duplicate_reply_once() {
    heavy.reply("reserve").reply("reserve");
    assertThat(heavy.changed).isFalse();
    heavy.reply("charge").reply("charge");
    assertThat(heavy.changed).isFalse();
    assertThat(heavy.at.steps()).isEqualTo("++>..");
  }

  @Test
  void s2_lets_the_first_of_two_different_answers_win_and_tells_of_the_second() {
    heavy.reply("reserve").reply("charge").told();
    heavy.refuse("charge");
    assertThat(heavy.told()).containsExactly("CONFLICT charge");
    assertThat(heavy.at.steps()).isEqualTo("++>..");
    heavy.refuse("charge");
    assertThat(heavy.changed).isFalse();
    heavy.reply("book").told();
    heavy.refuse("reserve");
    assertThat(heavy.told()).containsExactly("CONFLICT reserve");
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.RUNNING);
  }

  @Test
  void s3_joins_parallel_replies_in_the_declared_order() {
    heavy.reply("reserve").reply("book");
    assertThat(heavy.at.state().trace()).isEqualTo("reserve ");
    heavy.crash().reply("charge");
    assertThat(heavy.at.state().trace()).isEqualTo("reserve charge book ");
  }

  @Test
  void s5_compensates_a_step_given_up_and_tells_of_its_late_reply() {
    heavy.reply("reserve").reply("book").exhaust("charge", true);
    assertThat(heavy.at.steps()).isEqualTo("+<<..");
    assertThat(heavy.sentNow()).endsWith("charge.undo", "book.undo");
    heavy.told();
    heavy.reply("charge");
    assertThat(heavy.details()).containsExactly("LATE charge Done");
    assertThat(heavy.at.steps()).isEqualTo("+<<..");
    heavy.reply("charge");
    assertThat(heavy.changed).isFalse();
  }

  @Test
  void s5_compensates_a_step_too_that_seemed_not_to_have_run() {
    heavy.reply("reserve").exhaust("charge", false).reply("book");
    assertThat(heavy.at.steps()).isEqualTo("+0<..");
    heavy.sentNow();
    heavy.reply("charge").reply("book.undo");
    assertThat(heavy.sentNow()).containsExactly("charge.undo");
    heavy.reply("charge.undo");
    assertThat(heavy.sentNow()).containsExactly("reserve.undo");
  }

  @Test
  void s6_lets_either_the_reply_or_the_end_of_waiting_win() {
    heavy.lose("reserve").advance(100);
    heavy.lose("reserve").advance(200).sentNow();
    MachineDriver<Shop.State> other = new MachineDriver<>(Shop.FULFIL, new Shop.Place("o1", 20));
    other.at = heavy.at;
    heavy.lose("reserve").reply("reserve");
    assertThat(heavy.at.steps()).isEqualTo("<....");
    other.reply("reserve").fail("reserve", 3, true, true);
    assertThat(other.at.steps()).isEqualTo("+>>..");
  }

  @Test
  void s9_sends_a_compensation_though_its_action_may_never_have_arrived() {
    heavy.exhaust("reserve", true);
    assertThat(heavy.sentNow()).endsWith("reserve.undo");
    heavy.reply("reserve.undo");
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.COMPENSATED);
  }

  @Test
  void s10_takes_what_a_participant_says_to_an_action_after_its_compensation_for_late() {
    heavy.exhaust("reserve", true).refuse("reserve");
    assertThat(heavy.at.steps()).isEqualTo("<....");
    heavy.reply("reserve.undo").reply("reserve");
    assertThat(heavy.changed).isFalse();
  }

  @Test
  void s11_tries_a_compensation_again_while_its_action_still_runs() {
    heavy.exhaust("reserve", true).sentNow();
    heavy.fail("reserve.undo", 1, true, false);
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.COMPENSATING);
    heavy.advance(200);
    assertThat(heavy.sentNow()).containsExactly("reserve.undo");
  }

  @Test
  void s7_takes_the_reply_of_an_older_attempt_but_not_its_failure() {
    heavy.lose("reserve");
    heavy.now += 200;
    heavy.input(SagaMachine.woken());
    heavy.fail("reserve", 1, true, true);
    assertThat(heavy.changed).isFalse();
    heavy.reply("reserve");
    assertThat(heavy.at.steps()).isEqualTo("+>>..");
  }

  @Test
  void s8_awaits_the_other_branches_before_it_compensates() {
    heavy.reply("reserve").refuse("charge");
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.RUNNING);
    heavy.sentNow();
    heavy.reply("book");
    assertThat(heavy.sentNow()).containsExactly("book.undo");
    assertThat(heavy.at.steps()).isEqualTo("+x<..");
    assertThat(heavy.at.state().trace()).isEqualTo("reserve no-charge book ");
  }

  @Test
  void s8_compensates_a_branch_whose_outcome_is_unknown() {
    heavy.reply("reserve").refuse("charge");
    heavy.lose("book");
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.COMPENSATING);
    assertThat(heavy.at.steps()).isEqualTo("+x<..");
  }

  @Test
  void does_not_retry_when_another_branch_was_refused() {
    heavy.reply("reserve").lose("book").refuse("charge");
    assertThat(heavy.at.steps()).isEqualTo("+x<..");
    assertThat(heavy.told()).contains("RETRYING book", "GAVE_UP book", "REFUSED charge");
  }

  @Test
  void does_not_compensate_what_has_certainly_not_run() {
    heavy.exhaust("reserve", false);
    assertThat(heavy.at.steps()).isEqualTo("0....");
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.COMPENSATED);
  }

  @Test
  void believes_that_a_command_may_have_run_once_it_was_read_from_the_log() {
    heavy.crash().exhaust("reserve", false);
    assertThat(heavy.at.steps()).isEqualTo("<....");
  }

  @Test
  void compensates_in_reverse() {
    heavy.reply("reserve").reply("charge").reply("book").refuse("dispatch");
    assertThat(heavy.sentNow()).endsWith("charge.undo", "book.undo");
    heavy.reply("charge.undo");
    assertThat(heavy.sentNow()).isEmpty();
    heavy.reply("book.undo");
    assertThat(heavy.sentNow()).containsExactly("reserve.undo");
    heavy.reply("reserve.undo");
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.COMPENSATED);
    assertThat(heavy.at.steps()).isEqualTo("uuux.");
  }

  @Test
  void c11_goes_on_with_the_next_compensation_after_a_crash() {
    heavy.reply("reserve").reply("charge").reply("book").refuse("dispatch").reply("book.undo");
    heavy.crash();
    assertThat(heavy.sentNow()).containsExactly("charge.undo");
  }

  @Test
  void c4_sends_the_same_bytes_and_ids_after_a_crash() {
    heavy.reply("reserve");
    List<Buffer> before = heavy.at.commands().stream().map(Pending::body).toList();
    heavy.sentNow();
    heavy.crash();
    assertThat(heavy.sent).extracting(Pending::body).isEqualTo(before);
    assertThat(heavy.sentNow()).containsExactly("charge", "book");
  }

  @Test
  void c8_has_state_and_next_command_in_one_row() {
    heavy.reply("reserve");
    SagaLog.Row row = heavy.at.toRow(Shop.FULFIL, null, heavy.now);
    assertThat(row.state().toString()).contains("reserve");
    assertThat(row.commands())
        .extracting(SagaLog.Command::messageId)
        .containsExactly("id.charge", "id.book");
  }

  @Test
  void c9_knows_a_reply_that_it_has_handled() {
    heavy.reply("reserve").crash().sentNow();
    heavy.reply("reserve");
    assertThat(heavy.changed).isFalse();
    assertThat(heavy.sentNow()).isEmpty();
  }

  @Test
  void c13_ends_the_same_when_all_crash_after_every_single_write() {
    List<String> order = List.of("reserve", "book", "charge", "dispatch", "notify");
    order.forEach(step -> heavy.crash().reply(step));
    assertThat(heavy.crash().at.status()).isEqualTo(SagaStatus.COMPLETED);
    assertThat(heavy.at.state().trace()).isEqualTo("reserve charge book dispatch notify ");
    MachineDriver<Shop.State> back = new MachineDriver<>(Shop.FULFIL, new Shop.Place("o1", 20));
    back.crash().reply("reserve").crash().refuse("charge").crash().reply("book");
    back.crash().reply("book.undo").crash().reply("reserve.undo");
    assertThat(back.crash().at.steps()).isEqualTo("uxu..");
    assertThat(back.at.status()).isEqualTo(SagaStatus.COMPENSATED);
  }

  @Test
  void t3_sends_again_once_and_at_once_what_should_have_been_sent_long_ago() {
    heavy.lose("reserve").advance(3_000);
    assertThat(heavy.sentNow()).containsExactly("reserve", "reserve");
    heavy.advance(1);
    assertThat(heavy.sentNow()).isEmpty();
  }

  @Test
  void t5_ignores_the_end_of_an_attempt_that_is_not_the_last_one() {
    heavy.lose("reserve").advance(100).told();
    heavy.fail("reserve", 1, true, true);
    assertThat(heavy.changed).isFalse();
    assertThat(heavy.told()).isEmpty();
  }

  @Test
  void s12_calls_an_operator_when_a_compensation_uses_up_its_retries() {
    heavy.refuse("reserve");
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.COMPENSATED);
    MachineDriver<Shop.State> other = new MachineDriver<>(Shop.FULFIL, new Shop.Place("o1", 1));
    other.reply("reserve").refuse("charge").exhaust("reserve.undo", true);
    assertThat(other.at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
    assertThat(other.at.steps()).isEqualTo("!x-..");
    assertThat(other.told().stream().filter("RETRYING reserve"::equals)).hasSize(2);
  }

  @Test
  void s17_never_compensates_after_the_pivot() {
    heavy.reply("reserve").reply("charge").reply("book").reply("dispatch").exhaust("notify", true);
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
    assertThat(heavy.at.steps()).isEqualTo("++++?");
  }

  @Test
  void calls_an_operator_when_nobody_knows_whether_the_pivot_has_run() {
    heavy.reply("reserve").reply("charge").reply("book").exhaust("dispatch", true);
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
  }

  @Test
  void goes_on_after_the_pivot_when_a_declared_failure_is_handled() {
    heavy.reply("reserve").reply("charge").reply("book").reply("dispatch").refuse("notify");
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.COMPLETED);
    assertThat(heavy.at.state().trace()).endsWith("no-notify ");
  }

  @Test
  void waits_longer_after_each_attempt() {
    heavy.lose("reserve");
    long first = heavy.at.commands().get(0).retryAt() - heavy.now;
    heavy.now += first;
    heavy.input(SagaMachine.woken());
    assertThat(heavy.sentNow()).containsExactly("reserve", "reserve");
    heavy.lose("reserve");
    long second = heavy.at.commands().get(0).retryAt() - heavy.now;
    assertThat(first).isBetween(25L, 50L);
    assertThat(second).isBetween(50L, 100L);
  }

  @Test
  void does_not_retry_what_cannot_succeed() {
    heavy.fail("reserve", 1, false, false);
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.COMPENSATED);
  }

  @Test
  void compensates_when_the_deadline_passes_before_the_pivot() {
    heavy.reply("reserve").reply("charge");
    heavy.now += 5_000;
    heavy.reply("book");
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.COMPENSATING);
    assertThat(heavy.told()).contains("DEADLINE_PASSED");
  }

  @Test
  void gives_up_waiting_for_another_attempt_when_the_deadline_passes() {
    heavy.lose("reserve");
    assertThat(heavy.machine.wakeAt(heavy.at)).isLessThan(heavy.at.deadlineAt());
    heavy.now = heavy.at.deadlineAt();
    heavy.input(SagaMachine.woken());
    assertThat(heavy.at.steps()).isEqualTo("<....");
  }

  @Test
  void awaits_an_attempt_that_is_under_way_when_the_deadline_passes() {
    heavy.now = heavy.at.deadlineAt();
    heavy.input(SagaMachine.woken());
    assertThat(heavy.changed).isFalse();
    heavy.lose("reserve");
    assertThat(heavy.at.steps()).isEqualTo("<....");
  }

  @Test
  void forgets_the_deadline_once_the_pivots_command_is_written() {
    heavy.reply("reserve").reply("charge").reply("book");
    heavy.now += 60_000;
    heavy.lose("dispatch");
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.RUNNING);
    heavy.reply("dispatch").reply("notify");
    assertThat(heavy.at.status()).isEqualTo(SagaStatus.COMPLETED);
  }

  @Test
  void t2_takes_a_timer_that_fires_early_or_twice_for_nothing() {
    heavy.lose("reserve");
    heavy.input(SagaMachine.woken());
    assertThat(heavy.sentNow()).containsExactly("reserve");
    heavy.now += 200;
    heavy.input(SagaMachine.woken());
    heavy.input(SagaMachine.woken());
    assertThat(heavy.sentNow()).containsExactly("reserve");
  }

  @Test
  void s4_t4_ignores_replies_and_timers_after_the_end() {
    heavy.refuse("reserve").reply("reserve").input(SagaMachine.woken());
    assertThat(heavy.changed).isFalse();
    assertThat(heavy.machine.wakeAt(heavy.at)).isEqualTo(Long.MAX_VALUE);
  }

  private static MachineDriver<Shop.State> with(
      Function<SagaBuilder.Steps<Shop.State, Shop.Placed>, SagaBuilder.Complete<Shop.State>>
          steps) {
    Saga<Shop.State> saga = steps
        .apply(Saga.named("test", Shop.State.class)
            .startedBy(Shop.PLACE, Shop.State::from)
            .key(Shop.State::order))
        .build();
    return new MachineDriver<>(saga, new Shop.Place("o1", 1));
  }

  @Test
  void s16_discards_what_a_throwing_function_has_done_and_compensates_its_step() {
    MachineDriver<Shop.State> saga = with(s -> s.step(
            "reserve",
            step -> step.request(Shop.RESERVE, state -> state.command("reserve"))
                .onReply((state, reply) -> {
                  throw new IllegalStateException("bug");
                })
                .compensate(Shop.RELEASE, state -> state.command("release")))
        .outcome(Shop.State::toOutcome));
    saga.reply("reserve");
    assertThat(saga.at.steps()).isEqualTo("<");
    assertThat(saga.at.state().trace()).isEmpty();
    assertThat(saga.told()).contains("FUNCTION_FAILED reserve");
  }

  @Test
  void compensates_when_the_next_message_cannot_be_made() {
    MachineDriver<Shop.State> saga = with(s -> s.step(
            "reserve",
            step -> step.request(Shop.RESERVE, state -> state.command("reserve"))
                .compensate(Shop.RELEASE, state -> state.command("release")))
        .parallel(
            "both",
            p -> p.step(
                    "skipped",
                    step -> step.when(state -> false)
                        .request(Shop.BOOK, state -> state.command("book")))
                .step(
                    "charge",
                    step -> step.request(Shop.CHARGE, state -> {
                      throw new IllegalStateException("bug");
                    })))
        .outcome(Shop.State::toOutcome));
    saga.reply("reserve");
    assertThat(saga.at.steps()).isEqualTo("<..");
    assertThat(saga.sentNow()).containsExactly("reserve", "reserve.undo");
    assertThat(saga.told()).containsExactly("STARTED", "REPLIED reserve", "FUNCTION_FAILED charge");
  }

  @Test
  void calls_an_operator_when_a_message_after_the_pivot_or_of_a_compensation_cannot_be_made() {
    MachineDriver<Shop.State> after = with(s -> s.pivot(
            "dispatch", step -> step.request(Shop.DISPATCH, state -> state.command("dispatch")))
        .step(
            "notify",
            step -> step.request(Shop.NOTIFY, state -> {
              throw new IllegalStateException("bug");
            }))
        .outcome(Shop.State::toOutcome));
    after.reply("dispatch");
    assertThat(after.at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
    MachineDriver<Shop.State> undo = with(s -> s.step(
            "reserve",
            step -> step.request(Shop.RESERVE, state -> state.command("reserve"))
                .compensate(Shop.RELEASE, state -> {
                  throw new IllegalStateException("bug");
                }))
        .pivot("dispatch", step -> step.request(Shop.DISPATCH, state -> state.command("dispatch")))
        .outcome(Shop.State::toOutcome));
    undo.reply("reserve").refuse("dispatch");
    assertThat(undo.at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
    assertThat(undo.at.steps()).isEqualTo("!x");
  }

  @Test
  void calls_an_operator_when_a_step_after_the_pivot_is_refused_and_nobody_handles_it() {
    MachineDriver<Shop.State> saga = with(s -> s.pivot(
            "dispatch", step -> step.request(Shop.DISPATCH, state -> state.command("dispatch")))
        .step("notify", step -> step.request(Shop.NOTIFY, state -> state.command("notify")))
        .outcome(Shop.State::toOutcome));
    saga.reply("dispatch").refuse("notify");
    assertThat(saga.at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
  }

  @Test
  void asks_a_condition_once() {
    int[] asked = {0};
    MachineDriver<Shop.State> saga = with(s -> s.step(
            "reserve",
            step -> step.when(state -> ++asked[0] > 0)
                .request(Shop.RESERVE, state -> state.command("reserve"))
                .retry(TWICE))
        .outcome(Shop.State::toOutcome));
    saga.lose("reserve").crash().lose("reserve");
    assertThat(asked[0]).isEqualTo(1);
  }

  @Test
  void completes_at_once_when_no_step_has_to_run() {
    MachineDriver<Shop.State> saga = with(s -> s.step(
            "reserve",
            step ->
                step.when(state -> false).request(Shop.RESERVE, state -> state.command("reserve")))
        .outcome(Shop.State::toOutcome));
    assertThat(saga.at.status()).isEqualTo(SagaStatus.COMPLETED);
    assertThat(saga.at.version()).isEqualTo(1);
  }

  @Test
  void needs_no_compensation_for_a_step_without_one() {
    MachineDriver<Shop.State> saga =
        with(s -> s.step("look", step -> step.request(Shop.BOOK, state -> state.command("look")))
            .step("reserve", step -> step.request(Shop.RESERVE, state -> state.command("reserve")))
            .outcome(Shop.State::toOutcome));
    saga.reply("look").refuse("reserve");
    assertThat(saga.at.status()).isEqualTo(SagaStatus.COMPENSATED);
    assertThat(saga.at.steps()).isEqualTo("+x");
  }

  @Test
  void takes_a_reply_that_cannot_be_stored_for_a_failed_attempt() {
    heavy.reply("reserve").reply("book");
    heavy.input(new Input.Replied("id.charge", "no reply of the contract"));
    assertThat(heavy.at.steps()).isEqualTo("+>+..");
    assertThat(heavy.told()).contains("RETRYING charge");
    heavy.exhaust("charge", false);
    assertThat(heavy.at.steps()).isEqualTo("+<<..");
  }

  private static Saga<Shop.State> growing(int onReply, int onUndo) {
    return Saga.named("growing", Shop.State.class)
        .startedBy(Shop.PLACE, Shop.State::from)
        .key(Shop.State::order)
        .step(
            "first",
            s -> s.request(Shop.RESERVE, state -> state.command("first"))
                .onReply(Shop.State::did)
                .compensate(Shop.RELEASE, state -> new Shop.Do("o1", "x".repeat(onUndo), "")))
        .step(
            "second",
            s -> s.request(Shop.CHARGE, state -> state.command("second"))
                .onReply((state, done) -> state.did(new Shop.Done("y".repeat(onReply))))
                .compensate(Shop.REFUND, state -> state.command("second")))
        .outcome(Shop.State::toOutcome)
        .build();
  }

  @Test
  void s19_starts_nothing_whose_state_is_too_large() {
    assertThatThrownBy(() -> new MachineDriver<>(Shop.FULFIL, new Shop.Place("o".repeat(2_000), 1)))
        .isInstanceOfSatisfying(
            SagaException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SAGA_TOO_LARGE))
        .hasMessageContaining("at most 1024");
  }

  @Test
  void s19_compensates_when_an_answer_makes_the_state_too_large_and_keeps_the_state_before() {
    MachineDriver<Shop.State> saga =
        new MachineDriver<>(growing(2_000, 0), new Shop.Place("o1", 1));
    saga.reply("first").reply("second");
    assertThat(saga.at.steps()).isEqualTo("+<");
    assertThat(saga.at.state().trace()).isEqualTo("first ");
    assertThat(saga.details())
        .anyMatch(line -> line.startsWith("LIMIT_REACHED second") && line.contains("at most 1024"));
    saga.reply("second.undo").reply("first.undo");
    assertThat(saga.at.status()).isEqualTo(SagaStatus.COMPENSATED);
  }

  @Test
  void s19_calls_an_operator_when_a_compensation_is_too_large_as_well() {
    MachineDriver<Shop.State> saga =
        new MachineDriver<>(growing(2_000, 2_000), new Shop.Place("o1", 1));
    saga.reply("first").reply("second").reply("second.undo");
    assertThat(saga.at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
    assertThat(saga.at.steps()).isEqualTo("!u");
  }

  @Test
  void s19_goes_back_when_the_history_is_full_and_calls_an_operator_when_that_fills_it_again() {
    Retry endless = Retry.defaults().withMaxAttempts(1_000_000);
    MachineDriver<Shop.State> saga = with(s -> s.step(
            "first",
            step -> step.request(Shop.RESERVE, state -> state.command("first"))
                .compensate(Shop.RELEASE, state -> state.command("first"), endless))
        .step(
            "second",
            step -> step.request(Shop.CHARGE, state -> state.command("second")).retry(endless))
        .outcome(Shop.State::toOutcome));
    saga.reply("first");
    while (saga.at.status() == SagaStatus.RUNNING) {
      saga.lose("second").advance(10_000);
    }
    int limit = MachineDriver.LIMITS.maxEvents();
    assertThat(saga.at.steps()).isEqualTo("<?");
    assertThat(saga.at.events()).isEqualTo(limit + 1);
    while (saga.at.status() == SagaStatus.COMPENSATING) {
      saga.lose("first.undo").advance(10_000);
    }
    assertThat(saga.at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
    assertThat(saga.at.events()).isEqualTo(2 * limit + 2);
    assertThat(saga.notes).hasSize(saga.at.events());
    saga.cancel();
    assertThat(saga.notes).as("no room for remarks").hasSize(saga.at.events());
    saga.operator(SagaLog.SignalKind.RETRY, "first").reply("first.undo");
    assertThat(saga.at.status()).isEqualTo(SagaStatus.COMPENSATED);
  }

  @Test
  void s19_begins_no_step_when_the_history_is_full() {
    MachineDriver<Shop.State> saga = new MachineDriver<>(Shop.FULFIL, new Shop.Place("o1", 1));
    for (int i = 0; i < MachineDriver.LIMITS.maxEvents(); i++) {
      saga.event("nothing", "e" + i);
    }
    saga.reply("reserve");
    assertThat(saga.at.steps()).isEqualTo("<....");
    assertThat(saga.told()).contains("LIMIT_REACHED");
  }
}
