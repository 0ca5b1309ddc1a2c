package io.vertebra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.CallOptions;
import io.vertebra.test.FreePorts;
import io.vertebra.test.fault.Fault;
import io.vertebra.test.fault.Faults;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two nodes of one process, with faults on the line between them. */
class PartitionIT {
  record Ask(int number) {}

  record Answer(int number) {}

  static final Request<Ask, Answer> ASK =
      Request.of("partition.ask", Ask.class, Answer.class).readOnly();
  static final CallOptions PATIENT = CallOptions.defaults().withTimeout(Duration.ofSeconds(60));

  private static ClusterNode caller;
  private static ClusterNode server;

  private final Faults faults = Faults.seeded(42, caller.vertx());

  @BeforeAll
  static void start() throws Exception {
    List<Integer> ports = FreePorts.some(2);
    caller = await(ClusterNode.start(options(ports.get(0), ports.get(1))));
    server = await(ClusterNode.start(options(ports.get(1), ports.get(0))));
    await(server.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.request(ASK, ask -> Future.succeededFuture(new Answer(ask.number())));
      }
    }));
  }

  @AfterAll
  static void stop() throws Exception {
    await(caller.close());
    await(server.close());
  }

  private static ClusterOptions options(int own, int other) {
    return ClusterOptions.defaults()
        .withClusterName("partition-" + Math.min(own, other))
        .withEventLoops(2)
        .withPort(own)
        .withMembers("127.0.0.1:" + other);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(120, TimeUnit.SECONDS);
  }

  private Future<Answer> ask(int number) {
    return caller.bus().request(ASK, new Ask(number), PATIENT);
  }

  /** Until the caller knows the server again. */
  private Future<Answer> askAgain(int number) {
    return ask(number).recover(gone -> caller.vertx().timer(20).compose(later -> askAgain(number)));
  }

  // #region partition
  @Test
  void fails_calls_into_a_partition_early_and_answers_again_when_it_heals() throws Exception {
    await(askAgain(1));
    Fault partition = faults.between(caller, server).drop();
    VertebraException gone = failure(ask(2));
    assertThat(gone.code()).isEqualTo(ErrorCode.PEER_GONE);
    assertThat(failure(ask(3)).code()).isEqualTo(ErrorCode.NOT_SERVED);
    partition.end();
    assertThat(await(askAgain(4))).isEqualTo(new Answer(4));
  }
  // #endregion partition

  @Test
  void answers_a_request_late_that_was_long_on_its_way() throws Exception {
    await(askAgain(1));
    Fault late = faults.from(caller, server).times(1).delay(Duration.ofMillis(100));
    await(late.struck());
    assertThat(await(askAgain(2))).isEqualTo(new Answer(2));
    assertThat(late.count()).isEqualTo(1);
  }

  private static VertebraException failure(Future<Answer> answer) throws Exception {
    Throwable failure = await(answer
        .<Throwable>map(unexpected -> new AssertionError("answered " + unexpected))
        .recover(Future::succeededFuture));
    assertThat(failure).isInstanceOf(VertebraException.class);
    return (VertebraException) failure;
  }
}
