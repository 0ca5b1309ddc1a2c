package io.vertebra.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.saga.SagaLog.SignalKind;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Events, cancels and operators' decisions, as the machine takes them. */
@NullUnmarked
class SagaSignalTest {
  private final MachineDriver<Shop.State> fulfil =
      new MachineDriver<>(Shop.FULFIL, new Shop.Place("o1", 20));
  private final MachineDriver<Shop.State> prepaid =
      new MachineDriver<>(Shop.PREPAID, new Shop.Place("o1", 20));

  private static Buffer edited() {
    return new SimCodec().encode(Shop.Do.class, new Shop.Do("o1", "edited", ""));
  }

  @Test
  void goes_on_when_the_event_comes_that_a_step_waits_for() {
    prepaid.reply("reserve").reply("book");
    assertThat(prepaid.sentNow()).containsExactly("reserve", "book");
    assertThat(prepaid.at.steps()).isEqualTo("+>+....");
    prepaid.event("paid", "p1").event("approved", "a1");
    assertThat(prepaid.sentNow()).containsExactly("dispatch");
    assertThat(prepaid.at.state().trace()).isEqualTo("reserve paid book approved ");
    assertThat(prepaid.details()).contains("RECEIVED paid p1 by ann: reason");
  }

  @Test
  void keeps_an_event_that_comes_before_its_step() {
    prepaid.event("approved", "a1").event("paid", "p1");
    assertThat(prepaid.changed).as("the log must know that it was seen").isTrue();
    assertThat(prepaid.waiting).hasSize(2);
    prepaid.crash().reply("reserve");
    assertThat(prepaid.at.steps()).isEqualTo("++>....");
    assertThat(prepaid.waiting).hasSize(1);
    prepaid.reply("book");
    assertThat(prepaid.at.steps()).isEqualTo("++++>..");
    assertThat(prepaid.waiting).isEmpty();
  }

  @Test
  void takes_the_first_of_two_events_of_one_name() {
    prepaid.event("paid", "p1").event("paid", "p2").reply("reserve").reply("book");
    assertThat(prepaid.at.state().trace()).isEqualTo("reserve paid book ");
    assertThat(prepaid.waiting).isEmpty();
    assertThat(prepaid.details()).contains("LATE paid p2");
  }

  @Test
  void tells_of_an_event_that_no_step_waits_for() {
    fulfil.event("paid", "p1");
    assertThat(fulfil.details())
        .contains("IGNORED paid event by ann: reason (no step waits for it)");
    assertThat(fulfil.waiting).isEmpty();
  }

  @Test
  void tells_of_an_event_that_cannot_be_read() {
    prepaid.reply("reserve").signal(SignalKind.EVENT, "paid", "p1", Buffer.buffer("what?"));
    assertThat(prepaid.details()).contains("IGNORED paid p1 cannot be read");
    assertThat(prepaid.at.steps()).isEqualTo("+>>....");
    prepaid.event("paid", "p2");
    assertThat(prepaid.at.steps()).isEqualTo("++>....");
  }

  @Test
  void compensates_when_the_event_does_not_come_in_time() {
    prepaid.reply("reserve").reply("book").sentNow();
    assertThat(prepaid.machine.wakeAt(prepaid.at)).isEqualTo(prepaid.now + 2_000);
    prepaid.advance(2_000);
    assertThat(prepaid.sentNow()).containsExactly("paid.undo", "book.undo");
    assertThat(prepaid.at.steps()).isEqualTo("+<<....");
    assertThat(prepaid.details()).contains("GAVE_UP paid no event in time");
  }

  @Test
  void s5_tells_of_an_event_that_comes_after_its_step_was_given_up_and_is_undone() {
    prepaid.reply("reserve").reply("book").advance(2_000).told();
    prepaid.event("paid", "p1");
    assertThat(prepaid.told()).containsExactly("LATE paid");
    assertThat(prepaid.at.steps()).isEqualTo("+<<....");
  }

  @Test
  void goes_on_without_the_event_where_the_definition_says_so() {
    prepaid.event("paid", "p1").reply("reserve").reply("book").advance(400);
    assertThat(prepaid.at.state().trace()).isEqualTo("reserve paid book no-approved ");
    assertThat(prepaid.at.steps()).isEqualTo("+++0>..");
  }

  @Test
  void calls_an_operator_when_an_event_after_the_pivot_does_not_come() {
    prepaid.event("paid", "p1").event("approved", "a1").reply("reserve").reply("book");
    prepaid.reply("dispatch").advance(1_000);
    assertThat(prepaid.at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
    assertThat(prepaid.at.steps()).isEqualTo("+++++0.");
    prepaid.crash().event("delivered", "d1");
    assertThat(prepaid.waiting).hasSize(1);
    prepaid.operator(SignalKind.RETRY, "delivered");
    assertThat(prepaid.sentNow()).containsExactly("notify");
    assertThat(prepaid.at.state().trace()).endsWith("dispatch delivered ");
  }

  @Test
  void waits_as_long_after_a_crash_as_before() {
    prepaid.reply("reserve").reply("book");
    prepaid.now += 500;
    prepaid.crash();
    assertThat(prepaid.machine.wakeAt(prepaid.at)).isEqualTo(prepaid.now + 1_500);
    assertThat(prepaid.sentNow()).isEmpty();
    prepaid.advance(1_499);
    assertThat(prepaid.at.steps()).isEqualTo("+>+....");
    prepaid.advance(1);
    assertThat(prepaid.at.steps()).isEqualTo("+<<....");
  }

  @Test
  void t6_stops_waiting_after_a_restart_when_nobody_was_there_at_the_time() {
    prepaid.reply("reserve").reply("book");
    prepaid.now += 3_000;
    prepaid.crash();
    assertThat(prepaid.machine.wakeAt(prepaid.at)).isLessThanOrEqualTo(prepaid.now);
    prepaid.advance(0);
    assertThat(prepaid.at.steps()).isEqualTo("+<<....");
  }

  @Test
  void stops_waiting_when_another_step_of_its_group_fails() {
    prepaid.reply("reserve").refuse("book");
    assertThat(prepaid.at.steps()).isEqualTo("+<x....");
  }

  @Test
  void s14_awaits_the_running_step_and_compensates_when_it_is_cancelled() {
    fulfil.sentNow();
    fulfil.cancel();
    assertThat(fulfil.at.status()).isEqualTo(SagaStatus.RUNNING);
    assertThat(fulfil.sentNow()).isEmpty();
    fulfil.crash().sentNow();
    fulfil.reply("reserve");
    assertThat(fulfil.sentNow()).containsExactly("reserve.undo");
    assertThat(fulfil.details()).contains("CANCELLED  by ann: reason");
    assertThat(fulfil.waiting).isEmpty();
    fulfil.reply("reserve.undo");
    assertThat(fulfil.at.status()).isEqualTo(SagaStatus.COMPENSATED);
  }

  @Test
  void s14_compensates_a_step_whose_outcome_is_unknown_when_it_is_cancelled() {
    fulfil.cancel().lose("reserve");
    assertThat(fulfil.at.steps()).isEqualTo("<....");
  }

  @Test
  void s14_waits_no_longer_for_another_attempt_or_an_event_when_it_is_cancelled() {
    fulfil.lose("reserve").cancel();
    assertThat(fulfil.at.steps()).isEqualTo("<....");
    prepaid.reply("reserve").reply("book").cancel();
    assertThat(prepaid.at.steps()).isEqualTo("+<<....");
  }

  @Test
  void s14_ignores_a_cancel_after_the_pivots_command_is_written() {
    fulfil.reply("reserve").reply("charge").reply("book").told();
    fulfil.cancel();
    assertThat(fulfil.details())
        .containsExactly("IGNORED  cancel by ann: reason (there is no way back after the pivot)");
    fulfil.reply("dispatch").reply("notify");
    assertThat(fulfil.at.status()).isEqualTo(SagaStatus.COMPLETED);
  }

  @Test
  void s14_ignores_a_cancel_during_compensation() {
    fulfil.reply("reserve").refuse("charge").reply("book").told();
    fulfil.cancel();
    assertThat(fulfil.details())
        .containsExactly("IGNORED  cancel by ann: reason (it is COMPENSATING)");
    fulfil.reply("book.undo").reply("reserve.undo");
    assertThat(fulfil.at.status()).isEqualTo(SagaStatus.COMPENSATED);
  }

  private MachineDriver<Shop.State> stuckAfterPivot() {
    fulfil.reply("reserve").reply("charge").reply("book").reply("dispatch").exhaust("notify", true);
    assertThat(fulfil.crash().at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
    fulfil.sentNow();
    fulfil.told();
    return fulfil;
  }

  private MachineDriver<Shop.State> stuckUndoing() {
    fulfil.reply("reserve").refuse("charge").reply("book");
    fulfil.exhaust("book.undo", true);
    assertThat(fulfil.crash().at.steps()).isEqualTo("+x!..");
    fulfil.sentNow();
    fulfil.told();
    return fulfil;
  }

  @Test
  void s13_sends_a_stuck_step_again_with_the_same_id_and_all_its_attempts() {
    stuckAfterPivot().operator(SignalKind.RETRY, "notify");
    assertThat(fulfil.sentNow()).containsExactly("notify");
    assertThat(fulfil.details()).containsExactly("OPERATOR_RETRIED notify by ann: reason");
    fulfil.lose("notify").advance(200).lose("notify").advance(200);
    assertThat(fulfil.at.status()).isEqualTo(SagaStatus.RUNNING);
    fulfil.reply("notify");
    assertThat(fulfil.at.status()).isEqualTo(SagaStatus.COMPLETED);
  }

  @Test
  void s13_sends_a_stuck_compensation_again() {
    stuckUndoing().operator(SignalKind.RETRY, "book");
    assertThat(fulfil.sentNow()).containsExactly("book.undo");
    fulfil.reply("book.undo").reply("reserve.undo");
    assertThat(fulfil.at.steps()).isEqualTo("uxu..");
  }

  @Test
  void s13_gives_a_refused_message_another_id_when_it_is_tried_again() {
    fulfil
        .reply("reserve")
        .refuse("charge")
        .reply("book")
        .refuse("book.undo")
        .crash()
        .sentNow();
    fulfil.operator(SignalKind.RETRY, "book");
    assertThat(fulfil.sentNow()).containsExactly("book.undo~1");
    fulfil.refuse("book.undo~1").crash().operator(SignalKind.RETRY, "book");
    assertThat(fulfil.sentNow()).containsExactly("book.undo~2");
    fulfil.reply("book.undo~2");
    assertThat(fulfil.at.steps()).isEqualTo("<xu..");
  }

  @Test
  void s13_goes_on_without_a_step_that_an_operator_skips() {
    stuckAfterPivot().operator(SignalKind.SKIP, "notify");
    assertThat(fulfil.at.status()).isEqualTo(SagaStatus.COMPLETED);
    assertThat(fulfil.at.steps()).isEqualTo("++++-");
  }

  @Test
  void s13_goes_on_without_a_compensation_that_an_operator_skips() {
    stuckUndoing().operator(SignalKind.SKIP, "book");
    assertThat(fulfil.sentNow()).containsExactly("reserve.undo");
    assertThat(fulfil.at.steps()).isEqualTo("<x-..");
  }

  @Test
  void s13_sends_another_message_under_another_id_when_an_operator_edits_it() {
    stuckAfterPivot().operator(SignalKind.EDIT, "notify", edited());
    assertThat(fulfil.sent).extracting(Pending::body).containsExactly(edited());
    assertThat(fulfil.sentNow()).containsExactly("notify~1");
    assertThat(fulfil.crash().sentNow()).containsExactly("notify~1");
    fulfil.reply("notify~1");
    assertThat(fulfil.at.status()).isEqualTo(SagaStatus.COMPLETED);
  }

  @Test
  void s13_takes_the_message_of_an_edit_for_the_event_where_a_step_waits() {
    prepaid.event("paid", "p1").event("approved", "a1").reply("reserve").reply("book");
    prepaid.reply("dispatch").advance(1_000).crash();
    Buffer body = new SimCodec().encode(Shop.Happened.class, new Shop.Happened("delivered"));
    prepaid.operator(SignalKind.EDIT, "delivered", body);
    assertThat(prepaid.at.state().trace()).endsWith("dispatch delivered ");
  }

  @Test
  void s13_ignores_an_edit_that_cannot_be_read() {
    stuckAfterPivot().operator(SignalKind.EDIT, "notify", Buffer.buffer("what?"));
    assertThat(fulfil.at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
    assertThat(fulfil.details())
        .containsExactly("IGNORED notify edit by ann: reason (its message cannot be read)");
  }

  @Test
  void s13_ignores_a_decision_on_a_step_that_is_not_stuck() {
    fulfil.operator(SignalKind.SKIP, "reserve").operator(SignalKind.RETRY, "nothing");
    assertThat(fulfil.at.steps()).isEqualTo(">....");
    assertThat(fulfil.details())
        .contains("IGNORED reserve skip by ann: reason (the step is not stuck)");
    stuckAfterPivot();
    fulfil
        .operator(SignalKind.RETRY, "dispatch")
        .operator(SignalKind.RETRY, "notify")
        .sentNow();
    fulfil.operator(SignalKind.SKIP, "notify");
    assertThat(fulfil.at.steps()).isEqualTo("++++>");
  }

  @Test
  void s13_lets_an_operator_decide_on_each_of_two_stuck_compensations() {
    fulfil.reply("reserve").reply("charge").reply("book").refuse("dispatch");
    fulfil.refuse("book.undo").refuse("charge.undo").crash().sentNow();
    assertThat(fulfil.at.steps()).isEqualTo("+!!x.");
    fulfil.operator(SignalKind.RETRY, "charge").operator(SignalKind.SKIP, "book");
    assertThat(fulfil.at.steps()).isEqualTo("+<-x.");
    fulfil.reply("charge.undo~1");
    assertThat(fulfil.at.steps()).isEqualTo("<u-x.");
  }

  @Test
  void s13_forgets_the_refusal_of_a_compensation_that_an_operator_skips() {
    prepaid.event("paid", "p1").reply("reserve").refuse("book");
    assertThat(prepaid.at.steps()).isEqualTo("+<x....");
    MachineDriver<Shop.State> both = new MachineDriver<>(Shop.PREPAID, new Shop.Place("o1", 20));
    both.event("paid", "p1").reply("reserve").reply("book").advance(400);
    both.refuse("dispatch").refuse("paid.undo").refuse("book.undo").crash();
    assertThat(both.at.steps()).isEqualTo("+!!0x..");
    both.operator(SignalKind.SKIP, "paid").crash();
    assertThat(both.at.steps()).isEqualTo("+-!0x..");
    both.operator(SignalKind.SKIP, "book");
    assertThat(both.at.steps()).isEqualTo("<--0x..");
  }

  @Test
  void s13_decides_on_a_pivot_whose_outcome_nobody_knows() {
    fulfil
        .reply("reserve")
        .reply("charge")
        .reply("book")
        .exhaust("dispatch", true)
        .crash();
    fulfil.operator(SignalKind.SKIP, "dispatch");
    assertThat(fulfil.at.steps()).isEqualTo("+++->");
  }

  private static MachineDriver<Shop.State> with(
      UnaryOperator<SagaBuilder.Steps<Shop.State, Shop.Placed>> steps,
      UnaryOperator<SagaBuilder.AfterPivot<Shop.State, Shop.Placed>> after) {
    SagaBuilder.Steps<Shop.State, Shop.Placed> begun =
        steps.apply(Saga.named("test", Shop.State.class)
            .startedBy(Shop.PLACE, Shop.State::from)
            .key(Shop.State::order));
    SagaBuilder.AfterPivot<Shop.State, Shop.Placed> pivot =
        begun.pivot("go", s -> s.request(Shop.DISPATCH, state -> state.command("go")));
    return new MachineDriver<>(
        after.apply(pivot).outcome(Shop.State::toOutcome).build(), new Shop.Place("o1", 1));
  }

  @Test
  void s13_makes_a_message_again_that_could_not_be_made() {
    boolean[] broken = {true};
    MachineDriver<Shop.State> saga = with(
        s -> s,
        s -> s.step(
            "notify",
            step -> step.request(Shop.NOTIFY, state -> {
              if (broken[0]) {
                throw new IllegalStateException("bug");
              }
              return state.command("notify");
            })));
    saga.reply("go").crash().operator(SignalKind.RETRY, "notify");
    assertThat(saga.at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
    broken[0] = false;
    saga.crash().sentNow();
    saga.operator(SignalKind.RETRY, "notify");
    assertThat(saga.sentNow()).containsExactly("notify");
  }

  @Test
  void s13_undoes_all_steps_of_a_group_one_of_whose_messages_could_not_be_made() {
    boolean[] broken = {true};
    MachineDriver<Shop.State> saga = with(
        s -> s.parallel(
            "both",
            p -> p.step(
                    "one",
                    step -> step.request(Shop.CHARGE, state -> state.command("one"))
                        .compensate(Shop.REFUND, state -> state.command("one")))
                .step(
                    "two",
                    step -> step.request(Shop.BOOK, state -> state.command("two"))
                        .compensate(Shop.CANCEL, state -> {
                          if (broken[0]) {
                            throw new IllegalStateException("bug");
                          }
                          return state.command("two");
                        }))),
        s -> s);
    saga.reply("one").reply("two").refuse("go").crash().sentNow();
    assertThat(saga.at.steps()).isEqualTo("+!x");
    broken[0] = false;
    MachineDriver<Shop.State> edited =
        new MachineDriver<>(saga.machine.saga(), new Shop.Place("o1", 1));
    edited.at = saga.at;
    saga.operator(SignalKind.RETRY, "two");
    assertThat(saga.sentNow()).containsExactly("one.undo", "two.undo");
    edited.sentNow();
    edited.operator(SignalKind.EDIT, "two", edited());
    assertThat(edited.sentNow()).containsExactly("two.undo");
    edited.reply("two.undo");
    assertThat(edited.sentNow()).containsExactly("one.undo");
  }

  @Test
  void s13_takes_an_event_in_again_whose_function_threw() {
    boolean[] broken = {true};
    MachineDriver<Shop.State> saga = with(
        s -> s,
        s -> s.await(
            "delivered",
            Shop.Happened.class,
            k -> k.onEvent((state, event) -> {
              if (broken[0]) {
                throw new IllegalStateException("bug");
              }
              return state.heard(event);
            })));
    saga.reply("go").event("delivered", "d1").crash();
    assertThat(saga.at.status()).isEqualTo(SagaStatus.NEEDS_OPERATOR);
    broken[0] = false;
    saga.operator(SignalKind.RETRY, "delivered");
    assertThat(saga.at.status()).isEqualTo(SagaStatus.COMPLETED);
    assertThat(saga.at.state().trace()).isEqualTo("delivered ");
  }

  @Test
  void waits_an_hour_by_default_also_after_the_pivot() {
    MachineDriver<Shop.State> saga =
        with(s -> s, s -> s.await("delivered", Shop.Happened.class, k -> k));
    saga.reply("go");
    assertThat(saga.machine.wakeAt(saga.at))
        .isEqualTo(saga.now + Duration.ofHours(1).toMillis());
  }
}
