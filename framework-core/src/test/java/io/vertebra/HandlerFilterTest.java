package io.vertebra;

import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.charge;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Shop.Charged;
import io.vertebra.Shop.Reserved;
import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What stands around all handlers of a node. */
class HandlerFilterTest {
  private final Queue<String> seen = new ConcurrentLinkedQueue<>();

  @RegisterExtension
  final OneNode one = new OneNode(NodeOptions.defaults().withHandlerFilter(new Audit()));

  @Test
  void sees_every_request_and_its_answer_whatever_thread_handles_it() {
    one.serve(on -> {
      on.request(RESERVE, message -> Future.succeededFuture(new Reserved("w1", 1)));
      on.blocking(CHARGE, message -> new Charged("r1"));
    });
    resultOf(one.bus().request(RESERVE, reserve(1)));
    resultOf(one.bus().request(CHARGE, charge(1)));
    assertThat(seen)
        .containsExactly(
            "asked " + RESERVE.name(),
            "answered " + RESERVE.name(),
            "asked " + CHARGE.name(),
            "answered " + CHARGE.name());
  }

  @Test
  void fails_a_call_with_what_it_throws() {
    one.serve(on -> on.request(RESERVE, message -> Future.succeededFuture(new Reserved("", 0))));
    assertThat(failureOf(one.bus().request(RESERVE, reserve(13))).code())
        .isEqualTo(ErrorCode.HANDLER_FAILED);
  }

  private final class Audit implements HandlerFilter {
    @Override
    public <Q, R> Future<R> handle(
        Request<Q, R> contract,
        Q message,
        Call call,
        BiFunction<? super Q, ? super Call, Future<R>> handler) {
      if (message.equals(reserve(13))) {
        throw new IllegalStateException("unlucky");
      }
      seen.add("asked " + contract.name());
      return handler
          .apply(message, call)
          .onSuccess(reply -> seen.add("answered " + contract.name()));
    }
  }
}
