package io.vertebra;

import static io.vertebra.OneNode.causeOf;
import static io.vertebra.OneNode.failureOf;
import static io.vertebra.OneNode.resultOf;
import static io.vertebra.Shop.CHARGE;
import static io.vertebra.Shop.PICK;
import static io.vertebra.Shop.RESERVE;
import static io.vertebra.Shop.charge;
import static io.vertebra.Shop.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Shop.Charged;
import io.vertebra.Shop.OutOfStock;
import io.vertebra.Shop.Reserved;
import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.limit.Limit;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallMetadata;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where handlers run, and who can call them. */
class ServicesTest {
  @RegisterExtension
  final OneNode one = new OneNode();

  private final Queue<String> threads = new ConcurrentLinkedQueue<>();
  private final Queue<Context> contexts = new ConcurrentLinkedQueue<>();

  private Reserved note() {
    threads.add(Thread.currentThread().getName());
    contexts.add(Vertx.currentContext());
    return new Reserved("", 0);
  }

  @Test
  void a_request_handler_runs_on_the_event_loop_of_its_verticle() {
    Promise<Context> verticle = Promise.promise();
    one.serve(on -> {
      verticle.complete(Vertx.currentContext());
      on.request(RESERVE, reserve -> Future.succeededFuture(note()));
      on.request(
          CHARGE,
          charge -> one.bus().request(RESERVE, reserve(1)).map(reserved -> {
            note();
            return new Charged("");
          }));
    });
    resultOf(OneNode.onOwnThread(() -> one.bus().request(CHARGE, charge(1))));
    assertThat(threads).hasSize(2).allMatch(name -> name.contains("eventloop"));
    List<Context> seen = List.copyOf(contexts);
    assertThat(seen)
        .as("each call has a context of its own, below the verticle's")
        .allMatch(
            context -> ((ContextInternal) context).unwrap() == verticle.future().result()
                && ((ContextInternal) context).isDuplicate())
        .doesNotHaveDuplicates();
  }

  @Test
  void blocking_handlers_run_side_by_side_on_the_pool_of_the_node() {
    CountDownLatch both = new CountDownLatch(2);
    one.serve(on -> on.blocking(RESERVE, reserve -> {
      both.countDown();
      both.await();
      return note();
    }));
    resultOf(
        Future.all(one.bus().request(RESERVE, reserve(1)), one.bus().request(RESERVE, reserve(2))));
    assertThat(threads)
        .hasSize(2)
        .allMatch(name -> name.contains("vertebra-blocking-" + one.node().id()));
  }

  @Test
  void blocking_handlers_of_one_key_run_one_after_another() {
    Queue<String> overlaps = new ConcurrentLinkedQueue<>();
    Queue<Integer> running = new ConcurrentLinkedQueue<>();
    one.serve(on -> on.blocking(PICK, reserve -> {
      running.add(reserve.quantity());
      if (running.size() > 1) {
        overlaps.add(running.toString());
      }
      Thread.onSpinWait();
      running.remove(reserve.quantity());
      return note();
    }));
    List<Future<Reserved>> answers = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      answers.add(one.bus().request(PICK, reserve(i)));
    }
    resultOf(Future.all(answers));
    assertThat(overlaps).isEmpty();
  }

  @Tag("jdk21")
  @Test
  void virtual_handlers_run_side_by_side_each_on_a_virtual_thread_and_may_wait() {
    CountDownLatch both = new CountDownLatch(2);
    one.serve(on -> {
      on.virtual(RESERVE, (reserve, call) -> {
        both.countDown();
        both.await();
        assertThat(Vertx.currentContext().threadingModel().name()).isEqualTo("VIRTUAL_THREAD");
        call.request(CHARGE, charge(1)).await();
        return note();
      });
      on.request(CHARGE, charge -> Future.succeededFuture(new Charged("")));
    });
    resultOf(
        Future.all(one.bus().request(RESERVE, reserve(1)), one.bus().request(RESERVE, reserve(2))));
    assertThat(contexts).hasSize(2).doesNotHaveDuplicates();
  }

  @Tag("jdk21")
  @Test
  void a_virtual_handler_may_throw_a_declared_failure_or_anything() {
    one.serve(on -> {
      on.virtual(RESERVE, (reserve, call) -> {
        throw call.failure(new OutOfStock(reserve.sku()));
      });
      on.virtual(CHARGE, charge -> {
        throw new AssertionError("on purpose");
      });
    });
    assertThat(failureOf(one.bus().request(RESERVE, reserve(1))).code())
        .isEqualTo(ErrorCode.DECLARED);
    assertThat(failureOf(one.bus().request(CHARGE, charge(1))).code())
        .isEqualTo(ErrorCode.HANDLER_FAILED);
  }

  @Test
  void virtual_handlers_need_java_21() {
    Future<String> deployed =
        one.node().deploy(() -> OneNode.service(on -> on.virtual(RESERVE, reserve -> note())));
    if (Runtime.version().feature() >= 21) {
      assertThat(resultOf(deployed)).isNotEmpty();
    } else {
      assertThat(failureOf(deployed).code()).isEqualTo(ErrorCode.RUNTIME_UNSUPPORTED);
      assertThat(failureOf(deployed))
          .hasMessageContaining("stock.reserve")
          .hasMessageContaining("21");
      assertThat(failureOf(one.bus().request(RESERVE, reserve(1))).code())
          .isEqualTo(ErrorCode.NOT_SERVED);
    }
  }

  // --- plain callers, see also PlainAddressTest

  private Future<JsonObject> plain(String address, Object body, DeliveryOptions options) {
    return one.vertx()
        .eventBus()
        .<JsonObject>request(address, body, options)
        .map(reply -> reply.body());
  }

  private static JsonObject json(int quantity) {
    return new JsonObject().put("order", "order-1").put("sku", "chair").put("quantity", quantity);
  }

  @Test
  void a_plain_caller_passes_the_same_admission() {
    Promise<Reserved> first = Promise.promise();
    one.serve(on -> on.request(RESERVE, reserve -> first.future())
        .limitedTo(Limit.fixed(1).withQueue(0, Duration.ZERO))
        .alsoOn("plain.reserve"));
    Future<JsonObject> running = plain("plain.reserve", json(1), new DeliveryOptions());
    one.eventually("it runs", () -> one.counts("stock.reserve").inFlight() == 1);
    assertThat(causeOf(plain("plain.reserve", json(1), new DeliveryOptions())))
        .isInstanceOfSatisfying(ReplyException.class, overloaded -> {
          assertThat(overloaded.failureCode()).isEqualTo(ErrorCode.OVERLOADED.number());
          assertThat(overloaded).hasMessageContaining("[VTB-2004]");
        });
    first.complete(new Reserved("order-1", 7));
    assertThat(resultOf(running))
        .isEqualTo(new JsonObject().put("order", "order-1").put("left", 7));
    one.eventually("given back", () -> one.counts("stock.reserve").inFlight() == 0);
  }

  @Test
  void a_plain_caller_may_choose_the_message_id() {
    Queue<CallMetadata> seen = new ConcurrentLinkedQueue<>();
    one.serve(on -> on.request(RESERVE, (reserve, call) -> {
          seen.add(call.metadata());
          return Future.succeededFuture(new Reserved("", 0));
        })
        .alsoOn("plain.reserve"));
    resultOf(plain(
        "plain.reserve", json(1), new DeliveryOptions().addHeader("vertebra-message-id", "mine")));
    resultOf(plain("plain.reserve", json(1).toBuffer(), new DeliveryOptions()));
    CallMetadata chosen = seen.remove();
    assertThat(chosen.messageId()).isEqualTo("mine");
    assertThat(chosen.correlationId()).isEqualTo("mine");
    assertThat(chosen.caller()).isEqualTo("event-bus");
    assertThat(seen.remove().messageId()).matches("[0-9a-f]{32}");
  }

  @Test
  void a_plain_caller_hears_of_a_key_that_cannot_be_computed_and_of_a_reply_that_cannot_be_sent() {
    one.serve(on -> {
      on.request(
              Request.of("plain.keyed", Shop.Reserve.class, Reserved.class)
                  .keyedBy(reserve -> null),
              reserve -> Future.succeededFuture(note()))
          .alsoOn("plain.keyed");
      on.request(CHARGE, charge -> Future.succeededFuture(new Charged(null)))
          .alsoOn("plain.charge");
    });
    assertThat(causeOf(plain("plain.keyed", json(1), new DeliveryOptions())))
        .isInstanceOfSatisfying(
            ReplyException.class,
            invalid ->
                assertThat(invalid.failureCode()).isEqualTo(ErrorCode.MESSAGE_INVALID.number()));
    assertThat(causeOf(plain(
            "plain.charge",
            new JsonObject().put("order", "1").put("cents", 1),
            new DeliveryOptions())))
        .isInstanceOfSatisfying(
            ReplyException.class,
            invalid ->
                assertThat(invalid.failureCode()).isEqualTo(ErrorCode.REPLY_INVALID.number()));
  }

  @Test
  void a_plain_call_has_a_deadline_too() {
    Promise<Call> call = Promise.promise();
    one.serve(on -> on.request(RESERVE, (reserve, served) -> {
          call.complete(served);
          Promise<Reserved> promise = Promise.promise();
          served.onCancel(() -> promise.fail("gave up"));
          return promise.future();
        })
        .alsoOn("plain.reserve"));
    assertThat(
            causeOf(plain("plain.reserve", json(1), new DeliveryOptions().setSendTimeout(60_000))))
        .isInstanceOfSatisfying(
            ReplyException.class,
            late -> assertThat(late.failureCode()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED.number()));
    one.eventually("cancelled", () -> resultOf(call.future()).isCancelled());
    one.eventually("given back", () -> one.counts("stock.reserve").inFlight() == 0);
  }

  @Test
  void an_undeployed_contract_leaves_its_plain_address() {
    String deployment = one.serve(on ->
        on.request(RESERVE, reserve -> Future.succeededFuture(note())).alsoOn("plain.reserve"));
    resultOf(plain("plain.reserve", json(1), new DeliveryOptions()));
    one.undeploy(deployment);
    assertThat(causeOf(plain("plain.reserve", json(1), new DeliveryOptions())))
        .isInstanceOf(ReplyException.class)
        .hasMessageContaining("No handlers");
  }
}
