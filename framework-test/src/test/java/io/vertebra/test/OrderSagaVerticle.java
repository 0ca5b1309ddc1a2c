package io.vertebra.test;

import io.vertebra.SagaVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.saga.Decided;
import io.vertebra.saga.Saga;
import io.vertebra.saga.SagaEvent;
import io.vertebra.saga.SagaLog.SignalResult;
import io.vertebra.test.OrderSaga.PaymentArrived;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

/** The verticle of the manual. */
@NullUnmarked
class OrderSagaVerticle {
  record BankTransfer(String id, String order, int cents) {}

  record Booked(String how) {}

  static final Request<BankTransfer, Booked> TRANSFER =
      Request.of("bank.transfer", BankTransfer.class, Booked.class);

  private OrderSagaVerticle() {}

  // #region host
  static class Orders extends SagaVerticle {
    @Override
    protected List<Saga<?>> sagas() {
      return List.of(OrderSaga.FULFIL);
    }
  }
  // #endregion host

  // #region event
  static class PaidOrders extends Orders {
    @Override
    protected void services(Services on) {
      super.services(on);
      on.request(TRANSFER, this::transferred);
    }

    private Future<Booked> transferred(BankTransfer transfer) {
      PaymentArrived event = new PaymentArrived(transfer.order(), transfer.cents());
      return engine()
          .signal(OrderSaga.FULFIL, transfer.order(), "payment-arrived", event, transfer.id())
          .map(result -> new Booked(result.name()));
    }
  }
  // #endregion event

  static class Desk extends PaidOrders {
    // #region stuck
    void callSomebody(EscalationService escalation) {
      engine().onEvent(event -> {
        if (event.kind() == SagaEvent.Kind.NEEDS_OPERATOR) {
          escalation.call(event.saga() + " " + event.key() + " is stuck at " + event.step());
        }
      });
    }
    // #endregion stuck

    // #region look
    Future<List<SagaEvent>> look(String order) {
      return engine().history(OrderSaga.FULFIL, order);
    }
    // #endregion look

    // #region decide
    Future<SignalResult> dispatchAgain(String order) {
      Decided decided = Decided.by("ann", "the carrier is back");
      return engine().operator().retry(OrderSaga.FULFIL, order, "dispatch", decided);
    }

    Future<SignalResult> dispatchedByHand(String order) {
      Decided decided = Decided.by("ann", "took the parcel to the post office");
      return engine().operator().skip(OrderSaga.FULFIL, order, "dispatch", decided);
    }

    Future<SignalResult> mailTo(String order, OrderSaga.Mail corrected) {
      Decided decided = Decided.by("ann", "the address was misspelt");
      return engine().operator().edit(OrderSaga.FULFIL, order, "mail", corrected, decided);
    }
    // #endregion decide

    // #region cancel
    Future<SignalResult> cancel(String order) {
      return engine().cancel(OrderSaga.FULFIL, order, "customer", "changed their mind");
    }
    // #endregion cancel
  }

  /** Who is called at night. */
  interface EscalationService {
    void call(String what);
  }
}
