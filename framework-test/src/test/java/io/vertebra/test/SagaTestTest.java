package io.vertebra.test;

import static io.vertebra.test.OrderSaga.DISPATCH;
import static io.vertebra.test.OrderSaga.FULFIL;
import static io.vertebra.test.OrderSaga.INVOICE;
import static io.vertebra.test.OrderSaga.MAIL;
import static io.vertebra.test.OrderSaga.RELEASE;
import static io.vertebra.test.OrderSaga.RESERVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.saga.Saga;
import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.StepState;
import io.vertebra.test.OrderSaga.Dispatched;
import io.vertebra.test.OrderSaga.Done;
import io.vertebra.test.OrderSaga.Mail;
import io.vertebra.test.OrderSaga.OutOfStock;
import io.vertebra.test.OrderSaga.PaymentArrived;
import io.vertebra.test.OrderSaga.PlaceOrder;
import io.vertebra.test.OrderSaga.Placed;
import io.vertebra.test.OrderSaga.State;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SagaTestTest {
  private static final Done DONE = new Done();
  private static final PaymentArrived PAID = new PaymentArrived("o1", 4_200);

  private final SagaTest<State> test =
      SagaTest.of(FULFIL).start(new PlaceOrder("o1", "S10", 4_200));

  private SagaTest<State> paid() {
    return test.event("payment-arrived", PAID)
        .expectCommand(RESERVE)
        .reply(DONE)
        .expectCommand(INVOICE)
        .reply(DONE);
  }

  private static void assertFails(ThrowingCallable expectation, String... parts) {
    assertThatThrownBy(expectation)
        .isInstanceOf(AssertionError.class)
        .satisfies(failure -> assertThat(failure.getMessage()).contains(parts));
  }

  @Test
  void says_what_it_expected_where_the_saga_is_and_how_it_came_there() {
    test.expectCommand(RESERVE).noAnswer();
    assertThatThrownBy(() -> test.expectCommand(DISPATCH))
        .isInstanceOf(AssertionError.class)
        .hasMessage("""
            Expected a command shipping.dispatch that waits for an answer.
            After 5000 ms the saga 'order-fulfilment' is RUNNING:
              reserve: PENDING
              invoice: WAITING
              payment-arrived: WAITING
              dispatch: WAITING
              mail: WAITING
            Commands that wait for an answer:
            What happened:
              0 ms STARTED
              5000 ms RETRYING reserve, attempt 1: DEADLINE_EXCEEDED
            """);
  }

  @Test
  void fails_when_an_expectation_does_not_hold() {
    assertFails(test::expectNoCommand, "Expected no command.", "stock.reserve of step 'reserve'");
    assertFails(test::expectCompleted, "Expected that the saga is COMPLETED.", "is RUNNING");
    assertFails(test::expectCompensated, "Expected that the saga is COMPENSATED.");
    assertFails(() -> test.expectNeedsOperator("reserve"), "is NEEDS_OPERATOR");
    assertFails(() -> test.expectWaiting("reserve"), "'reserve' waits for its event");
    assertFails(() -> test.expectWaiting("payment-arrived"), "'payment-arrived' waits");
    assertFails(() -> test.expectStep("reserve", StepState.DONE), "'reserve' is DONE");
    assertFails(() -> test.expectOutcome(DONE), "Expected the outcome Done[], not");
    assertFails(() -> test.expectEvent(SagaEvent.Kind.LATE, "mail"), "Expected LATE mail in");
    assertFails(() -> test.retry("reserve"), "'reserve' is stuck and an operator");
  }

  @Test
  void tells_another_outcome_from_the_expected_one() {
    paid()
        .expectCommand(DISPATCH)
        .reply(new Dispatched("P7"))
        .expectCommand(MAIL)
        .reply(DONE)
        .expectCompleted(new Placed("o1", "P7"));
    assertFails(
        () -> test.expectCompleted(new Placed("o1", "P8")),
        "Expected the outcome Placed[order=o1, parcel=P8], not Placed[order=o1, parcel=P7].");
  }

  @Test
  void meets_each_attempt_at_a_command_once() {
    test.expectCommand(RESERVE).meanwhile().expectNoCommand();
    assertFails(() -> test.expectCommand(RESERVE), "attempt 1, which the test has met");
    test.advance(Duration.ofSeconds(6));
    test.expectCommand(RESERVE).reply(DONE).expectStep("reserve", StepState.DONE);
  }

  @Test
  void tries_again_what_fails_as_a_call_and_can_succeed() {
    test.expectCommand(RESERVE)
        .fail(CallException.notServed("stock.reserve"))
        .expectNoCommand()
        .advance(Duration.ofSeconds(1))
        .expectCommand(RESERVE)
        .fail(CallException.forbidden("stock.reserve"))
        .expectCompensated();
  }

  @Test
  void reads_the_message_as_the_participant_does() {
    assertThat(test.expectCommand(RESERVE).message().sku()).isEqualTo("S10");
  }

  @Test
  void refuses_what_the_contract_does_not_have() {
    SagaTest.Sent<State, ?, Done> reserve = test.expectCommand(RESERVE);
    assertThatThrownBy(() -> reserve.fail(new PlaceOrder("o1", "S10", 1)))
        .isInstanceOfSatisfying(
            VertebraException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.FAILURE_UNDECLARED));
    reserve.fail(new OutOfStock("S10")).expectCompensated();
  }

  @Test
  void tells_of_a_late_reply() {
    SagaTest.Sent<State, ?, Done> first = test.expectCommand(RESERVE);
    first.noAnswerEver().expectCommand(RELEASE).meanwhile();
    first.reply(DONE).expectEvent(SagaEvent.Kind.LATE, "reserve");
  }

  @Test
  void takes_an_event_once() {
    test.event("payment-arrived", PAID, "p1").event("payment-arrived", PAID, "p1");
    assertThat(test.history()).hasSize(1);
    test.expectCommand(RESERVE).reply(DONE).expectCommand(INVOICE).reply(DONE);
    test.expectCommand(DISPATCH).meanwhile();
    assertThat(test.history().stream().filter(event -> event.kind() == SagaEvent.Kind.RECEIVED))
        .hasSize(1);
    assertThat(test.history()).noneMatch(event -> event.kind() == SagaEvent.Kind.LATE);
  }

  @Test
  void lets_an_operator_skip_and_edit() {
    paid()
        .expectCommand(DISPATCH)
        .noAnswerEver()
        .expectNeedsOperator("dispatch")
        .skip("dispatch")
        .expectCommand(MAIL)
        .noAnswerEver()
        .expectNeedsOperator("mail")
        .edit("mail", new Mail("o1", "Sent by hand."))
        .expectCommand(MAIL, mail -> assertThat(mail.text()).isEqualTo("Sent by hand."))
        .reply(DONE)
        .expectCompleted();
  }

  @Test
  void starts_once_and_before_everything_else() {
    assertThatThrownBy(() -> test.start(new PlaceOrder("o2", "S10", 1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> SagaTest.of(FULFIL).expectCompleted())
        .isInstanceOf(IllegalStateException.class);
  }

  record Ask(String key) {}

  record Answer(String text) {}

  @Test
  void answers_a_group_in_any_order() {
    Request<Ask, Answer> start = Request.of("group.start", Ask.class, Answer.class);
    Request<Ask, Answer> left = Request.of("group.left", Ask.class, Answer.class);
    Request<Ask, Answer> right = Request.of("group.right", Ask.class, Answer.class);
    Saga<Answer> saga = Saga.named("group", Answer.class)
        .startedBy(start, ask -> new Answer(ask.key()))
        .key(Answer::text)
        .parallel(
            "both",
            p -> p.step(
                    "left",
                    s -> s.request(left, state -> new Ask("l"))
                        .onReply((state, reply) -> new Answer(state.text() + reply.text())))
                .step(
                    "right",
                    s -> s.request(right, state -> new Ask("r"))
                        .onReply((state, reply) -> new Answer(state.text() + reply.text()))))
        .outcome(state -> state)
        .build();
    SagaTest<Answer> group = SagaTest.of(saga).start(new Ask("0"));
    SagaTest.Sent<Answer, Ask, Answer> first = group.expectCommand(left);
    group.expectCommand(right).reply(new Answer("2"));
    first.reply(new Answer("1")).expectCompleted(new Answer("012"));
  }
}
