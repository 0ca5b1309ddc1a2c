package io.vertebra.test;

import static io.vertebra.test.OrderSaga.DISPATCH;
import static io.vertebra.test.OrderSaga.FULFIL;
import static io.vertebra.test.OrderSaga.INVOICE;
import static io.vertebra.test.OrderSaga.MAIL;
import static io.vertebra.test.OrderSaga.REFUND;
import static io.vertebra.test.OrderSaga.RELEASE;
import static io.vertebra.test.OrderSaga.RESERVE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.StepState;
import io.vertebra.test.OrderSaga.Dispatched;
import io.vertebra.test.OrderSaga.Done;
import io.vertebra.test.OrderSaga.OutOfStock;
import io.vertebra.test.OrderSaga.PaymentArrived;
import io.vertebra.test.OrderSaga.PlaceOrder;
import io.vertebra.test.OrderSaga.Placed;
import io.vertebra.test.OrderSaga.Rejected;
import io.vertebra.test.OrderSaga.State;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OrderSagaTest {
  private static final Done DONE = new Done();

  // #region happy
  @Test
  void dispatches_an_order_that_is_paid() {
    SagaTest.of(FULFIL)
        .start(new PlaceOrder("o1", "S10", 4_200))
        .expectCommand(RESERVE, reserve -> assertThat(reserve.sku()).isEqualTo("S10"))
        .reply(new Done())
        .expectCommand(INVOICE)
        .reply(new Done())
        .expectWaiting("payment-arrived")
        .event("payment-arrived", new PaymentArrived("o1", 4_200))
        .expectCommand(DISPATCH)
        .reply(new Dispatched("P7"))
        .expectCommand(MAIL, mail -> assertThat(mail.text()).endsWith("P7"))
        .reply(new Done())
        .expectCompleted(new Placed("o1", "P7"));
  }
  // #endregion happy

  // #region refused
  @Test
  void rejects_an_order_that_is_out_of_stock() {
    SagaTest.of(FULFIL)
        .start(new PlaceOrder("o1", "S10", 4_200))
        .expectCommand(RESERVE)
        .fail(new OutOfStock("S10"))
        .expectNoCommand()
        .expectCompensated(new Rejected("o1", "out of stock"));
  }
  // #endregion refused

  private static SagaTest<State> invoiced() {
    return SagaTest.of(FULFIL)
        .start(new PlaceOrder("o1", "S10", 4_200))
        .expectCommand(RESERVE)
        .reply(DONE)
        .expectCommand(INVOICE)
        .reply(DONE);
  }

  // #region late
  @Test
  void gives_back_what_it_reserved_when_nobody_pays() {
    invoiced()
        .advance(Duration.ofDays(2))
        .expectCommand(REFUND)
        .reply(DONE)
        .expectCommand(RELEASE)
        .reply(DONE)
        .expectCompensated();
  }

  @Test
  void reserves_again_with_the_same_message_when_nobody_answers() {
    SagaTest.of(FULFIL)
        .start(new PlaceOrder("o1", "S10", 4_200))
        .expectCommand(RESERVE)
        .noAnswer()
        .advance(Duration.ofMillis(100))
        .expectCommand(RESERVE)
        .noAnswerEver()
        .expectStep("reserve", StepState.UNDOING)
        .expectCommand(RELEASE)
        .reply(DONE)
        .expectCompensated();
  }
  // #endregion late

  // #region operator
  @Test
  void waits_for_an_operator_when_no_carrier_answers() {
    invoiced()
        .event("payment-arrived", new PaymentArrived("o1", 4_200))
        .expectCommand(DISPATCH)
        .noAnswerEver()
        .expectNeedsOperator("dispatch")
        .retry("dispatch")
        .expectCommand(DISPATCH)
        .reply(new Dispatched("P7"))
        .expectCommand(MAIL)
        .reply(DONE)
        .expectCompleted();
  }
  // #endregion operator

  // #region cancel
  @Test
  void takes_the_order_back_when_the_customer_cancels() {
    invoiced()
        .cancel()
        .expectCommand(REFUND)
        .reply(DONE)
        .expectCommand(RELEASE)
        .reply(DONE)
        .expectCompensated()
        .expectEvent(SagaEvent.Kind.CANCELLED, "");
  }
  // #endregion cancel
}
