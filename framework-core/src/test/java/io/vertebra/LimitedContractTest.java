package io.vertebra;

import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Shop.Reserve;
import io.vertebra.Shop.Reserved;
import io.vertebra.error.OverloadedException;
import io.vertebra.limit.Limit;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.CallRetry;
import io.vertebra.messaging.Criticality;
import io.vertebra.messaging.GuardEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What those who serve, call and operate a limited contract write. */
class LimitedContractTest {
  private static final Logger LOG = Logger.getLogger("shop");

  // #region operator
  private static final NodeOptions OPTIONS = NodeOptions.fromJson(new JsonObject("""
          {
            "limits": {
              "stock.reserve": {"inFlight": 2, "queue": 1, "maxWaitMs": 60000}
            }
          }
          """));
  // #endregion operator

  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(5));

  @RegisterExtension
  final OneNode one = new OneNode(OPTIONS);

  private final Queue<Promise<Reserved>> held = new ConcurrentLinkedQueue<>();

  class Stock extends ServiceVerticle {
    // #region serve
    @Override
    protected void services(Services on) {
      on.request(RESERVE, this::reserve)
          .limitedTo(Limit.fixed(16).withQueue(64, Duration.ofMillis(200)));
    }
    // #endregion serve

    private Future<Reserved> reserve(Reserve reserve) {
      Promise<Reserved> answer = Promise.promise();
      held.add(answer);
      return answer.future();
    }
  }

  private List<Future<Reserved>> fill() {
    List<Future<Reserved>> answers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      answers.add(one.bus().request(RESERVE, reserve(i), PATIENT));
    }
    one.eventually("2 run", () -> held.size() == 2);
    one.eventually("1 waits", () -> one.counts("stock.reserve").waiting() == 1);
    return answers;
  }

  private void answerAll(List<Future<Reserved>> answers) {
    for (int i = 0; i < answers.size(); i++) {
      one.eventually("one runs", () -> !held.isEmpty());
      held.remove().complete(new Reserved("", 0));
    }
    resultOf(Future.all(answers));
  }

  @Test
  void what_operators_say_goes_before_the_code() {
    resultOf(one.node().deploy(Stock::new));
    List<Future<Reserved>> answers = fill();
    assertThat(failureOf(one.bus().request(RESERVE, reserve(3))))
        .isInstanceOf(OverloadedException.class);
    answerAll(answers);
  }

  @Test
  void rejections_are_told_with_contract_and_reason() {
    Queue<GuardEvent> seen = new ConcurrentLinkedQueue<>();
    Node node = one.node();
    // #region watch
    node.onGuardEvent(event -> {
      if (event.kind() == GuardEvent.Kind.REJECTED) {
        LOG.log(
            Level.FINE, "{0} is overloaded: {1}", new Object[] {event.contract(), event.reason()});
      }
    });
    // #endregion watch
    node.onGuardEvent(seen::add);
    resultOf(node.deploy(Stock::new));
    List<Future<Reserved>> answers = fill();
    failureOf(one.bus().request(RESERVE, reserve(3)));
    one.eventually("told", () -> !seen.isEmpty());
    assertThat(seen.peek().contract()).isEqualTo("stock.reserve");
    assertThat(seen.peek().reason()).isEqualTo("queue-full");
    answerAll(answers);
  }

  @Test
  void a_caller_that_is_refused_tries_again_later_or_does_without() {
    resultOf(one.node().deploy(Stock::new));
    List<Future<Reserved>> answers = fill();
    Bus bus = one.bus();
    // #region caller
    CallOptions options = CallOptions.defaults()
        .withTimeout(Duration.ofMillis(400))
        .withRetry(CallRetry.defaults())
        .orElse(RESERVE, failure -> new Reserved("reserved later", 0));
    Future<Reserved> reserved = bus.request(RESERVE, reserve(4), options);
    // #endregion caller
    assertThat(resultOf(reserved).order()).isEqualTo("reserved later");
    answerAll(answers);
  }

  @Test
  void less_important_calls_say_so() {
    resultOf(one.node().deploy(Stock::new));
    Bus bus = one.bus();
    // #region criticality
    CallOptions nightly = CallOptions.defaults().withCriticality(Criticality.SHEDDABLE);
    Future<Reserved> reserved = bus.request(RESERVE, reserve(1), nightly);
    // #endregion criticality
    one.eventually("runs", () -> !held.isEmpty());
    held.remove().complete(new Reserved("", 5));
    assertThat(resultOf(reserved).left()).isEqualTo(5);
  }

  @Test
  void limits_come_in_these_kinds() {
    // #region kinds
    Limit computes = Limit.fixed(64);
    Limit asksAnother = Limit.adaptive(20).withAdaptive(4, 100);
    Limit patientBatch =
        Limit.fixed(8).withQueue(10_000, Duration.ofMinutes(10)).withoutShedding();
    Limit large = Limit.fixed(32).withQueueBytes(64 << 20);
    Limit noQueue = Limit.fixed(32).withQueue(0, Duration.ZERO);
    // #endregion kinds
    for (Limit limit : List.of(computes, asksAnother, patientBatch, large, noQueue)) {
      assertThat(Limit.fromJson(limit.toJson()).toJson()).isEqualTo(limit.toJson());
    }
  }
}
