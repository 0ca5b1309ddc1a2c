package io.vertebra;

import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.MOVES;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Shop.Moved;
import io.vertebra.Shop.OutOfStock;
import io.vertebra.Shop.Reserve;
import io.vertebra.Shop.Reserved;
import io.vertebra.contract.Request;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Future;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link NodeOptions#withLocalCheck}: one node meets the failures of a cluster. */
class LocalCheckTest {
  @RegisterExtension
  final OneNode one =
      new OneNode(NodeOptions.defaults().withLocalCheck(true).withMaxFrame(4 * 1024));

  private final Queue<Object> got = new ConcurrentLinkedQueue<>();

  private static final String LARGE = "x".repeat(5_000);

  private void assertInvalid(Future<?> answer, ErrorCode code, boolean mayHaveRun) {
    VertebraException failure = failureOf(answer);
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.mayHaveRun()).isEqualTo(mayHaveRun);
    assertThat(failure).hasMessageContaining("stock.").hasMessageNotContaining("xxx");
  }

  @Test
  void messages_replies_and_declared_failures_are_copies() {
    Reserved reply = new Reserved("a", 1);
    OutOfStock declared = new OutOfStock("a");
    one.serve(on -> on.request(RESERVE, (reserve, call) -> {
      got.add(reserve);
      return reserve.quantity() == 0 ? call.fail(declared) : Future.succeededFuture(reply);
    }));
    Reserve message = reserve(1);
    assertThat(resultOf(one.bus().request(RESERVE, message))).isEqualTo(reply).isNotSameAs(reply);
    assertThat(got.remove()).isEqualTo(message).isNotSameAs(message);
    DeclaredFailure failure = (DeclaredFailure) failureOf(one.bus().request(RESERVE, reserve(0)));
    assertThat(failure.failure()).isEqualTo(declared).isNotSameAs(declared);
  }

  @Test
  void a_message_that_cannot_be_sent_does_not_run() {
    one.serve(on -> on.request(RESERVE, reserve -> {
      got.add(reserve);
      return Future.succeededFuture(new Reserved("", 0));
    }));
    assertInvalid(
        one.bus().request(RESERVE, new Reserve(LARGE, "", 1)), ErrorCode.MESSAGE_TOO_LARGE, false);
    assertInvalid(
        one.bus().request(RESERVE, new Reserve(null, "", 1)), ErrorCode.MESSAGE_INVALID, false);
    assertThat(got).isEmpty();
  }

  @Test
  void a_message_that_cannot_be_read_does_not_run() {
    Request<Fickle, Reserved> contract = Request.of("stock.picky", Fickle.class, Reserved.class);
    one.serve(on -> on.request(contract, fickle -> {
      got.add(fickle);
      return Future.succeededFuture(new Reserved("", 0));
    }));
    Fickle.refuses = false;
    Fickle message = new Fickle(13);
    Fickle.refuses = true;
    try {
      assertInvalid(one.bus().request(contract, message), ErrorCode.MESSAGE_INVALID, false);
    } finally {
      Fickle.refuses = false;
    }
    assertThat(got).isEmpty();
    assertThat(one.counts("stock.picky").failed()).isEqualTo(1);
  }

  /** A record whose constructor refuses on demand what it took before. */
  public record Fickle(int number) {
    static volatile boolean refuses;

    public Fickle {
      if (refuses) {
        throw new IllegalArgumentException("secret");
      }
    }
  }

  @Test
  void an_answer_that_cannot_be_sent_has_run() {
    one.serve(on -> on.request(RESERVE, (reserve, call) -> switch (reserve.quantity()) {
      case 0 -> Future.succeededFuture(new Reserved(LARGE, 0));
      case 1 -> Future.succeededFuture(new Reserved(null, 0));
      case 2 -> call.fail(new OutOfStock(LARGE));
      default -> call.fail(new OutOfStock(null));
    }));
    for (int i = 0; i < 4; i++) {
      assertInvalid(one.bus().request(RESERVE, reserve(i)), ErrorCode.REPLY_INVALID, true);
    }
  }

  @Test
  void publications_are_checked_too() {
    one.serve(on -> on.topic(MOVES, moved -> {
      got.add(moved);
      return Future.succeededFuture();
    }));
    for (Moved unfit : List.of(new Moved(LARGE, 1), new Moved(null, 1))) {
      ErrorCode code =
          unfit.sku() == null ? ErrorCode.MESSAGE_INVALID : ErrorCode.MESSAGE_TOO_LARGE;
      assertInvalid(one.bus().publish(MOVES, unfit), code, false);
      assertInvalid(
          one.bus().publishAcknowledged(MOVES, unfit, CallOptions.defaults()), code, false);
    }
    Moved message = new Moved("chair", 1);
    resultOf(one.bus().publish(MOVES, message));
    one.eventually("it came", () -> !got.isEmpty());
    assertThat(got.remove()).isEqualTo(message).isNotSameAs(message);
    assertThat(got).isEmpty();
  }
}
