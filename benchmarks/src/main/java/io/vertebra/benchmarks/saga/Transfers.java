package io.vertebra.benchmarks.saga;

import io.vertebra.contract.Request;
import io.vertebra.saga.Saga;

/** A saga of three steps, each at a participant of its own. */
final class Transfers {
  static final Request<Transfer, Outcome> START =
      Request.of("transfers.start", Transfer.class, Outcome.class).keyedBy(Transfer::id);
  static final Request<Move, Moved> DEBIT = Request.of("transfers.debit", Move.class, Moved.class);
  static final Request<Move, Moved> CREDIT =
      Request.of("transfers.credit", Move.class, Moved.class);
  static final Request<Move, Moved> BOOK = Request.of("transfers.book", Move.class, Moved.class);

  static final Saga<Transfer> SAGA = Saga.named("transfers", Transfer.class)
      .startedBy(START, transfer -> transfer)
      .key(Transfer::id)
      .step("debit", s -> s.request(DEBIT, Transfer::toMove).compensate(CREDIT, Transfer::toMove))
      .step("credit", s -> s.request(CREDIT, Transfer::toMove).compensate(DEBIT, Transfer::toMove))
      .pivot("book", s -> s.request(BOOK, Transfer::toMove))
      .outcome(transfer -> new Outcome(transfer.id()))
      .build();

  private Transfers() {}

  record Transfer(String id, int account, long cents) {
    Move toMove() {
      return new Move(account, cents);
    }
  }

  record Move(int account, long cents) {}

  record Moved(boolean done) {}

  record Outcome(String id) {}
}
