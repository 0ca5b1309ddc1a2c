package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Gathered;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes of different releases, whose forms of a contract differ. */
class ContractFormsClusterTest {
  static final String NAME = "stock.reserve";
  static final CallOptions PATIENT = CallOptions.defaults().withTimeout(Duration.ofSeconds(60));

  /** The form of the callers. */
  interface Callers {
    record Reserve(String sku, int count) {}

    record Reserved(String node) {}

    Request<Reserve, Reserved> RESERVE = Request.of(NAME, Reserve.class, Reserved.class);
    Request<Reserve, Reserved> KEYED = RESERVE.keyedBy(Reserve::sku);
  }

  /** Understands the callers: it knows one field more, which may be missing. */
  interface Newer {
    record Reserve(String sku, int count, Optional<String> note) {}

    record Reserved(String node, Optional<String> shelf) {}

    Request<Reserve, Reserved> RESERVE = Request.of(NAME, Reserve.class, Reserved.class);
    Request<Reserve, Reserved> KEYED = RESERVE.keyedBy(Reserve::sku);
  }

  /** Does not understand the callers: it requires a field that they do not send. */
  interface Stricter {
    record Reserve(String sku, int count, String warehouse) {}

    record Reserved(String node) {}

    Request<Reserve, Reserved> RESERVE = Request.of(NAME, Reserve.class, Reserved.class);
    Request<Reserve, Reserved> KEYED = RESERVE.keyedBy(Reserve::sku);
  }

  /** The callers do not understand it: it leaves out what they require. */
  interface Silent {
    record Reserved(Optional<String> node) {}

    Request<Callers.Reserve, Reserved> RESERVE =
        Request.of(NAME, Callers.Reserve.class, Reserved.class);
  }

  final TestCluster cluster = new TestCluster();
  Node caller;
  Node b;
  Node c;

  @BeforeEach
  void start() {
    caller = cluster.start();
    b = cluster.start();
    c = cluster.start();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static void serveNewer(Node node, Request<Newer.Reserve, Newer.Reserved> contract) {
    serve(
        node,
        contract,
        (reserve, call) ->
            Future.succeededFuture(new Newer.Reserved(node.id(), Optional.of("left"))));
  }

  private static void serveStricter(
      Node node, Request<Stricter.Reserve, Stricter.Reserved> contract) {
    serve(
        node,
        contract,
        (reserve, call) -> Future.succeededFuture(new Stricter.Reserved(node.id())));
  }

  private static void serveSame(Node node) {
    serve(
        node,
        Callers.RESERVE,
        (reserve, call) -> Future.succeededFuture(new Callers.Reserved(node.id())));
  }

  private Future<Callers.Reserved> reserve(
      Request<Callers.Reserve, Callers.Reserved> contract, String sku) {
    return caller.bus().request(contract, new Callers.Reserve(sku, 1), PATIENT);
  }

  @Test
  void a_form_that_only_knows_more_is_called() {
    serveNewer(b, Newer.RESERVE);
    assertThat(await(reserve(Callers.RESERVE, "a")).node()).isEqualTo(b.id());
    assertThat(await(reserve(Callers.RESERVE, "a")).node()).isEqualTo(b.id());
  }

  @Test
  void a_form_that_requires_more_is_not_called_and_the_field_is_named() {
    serveStricter(b, Stricter.RESERVE);
    VertebraException failure = failureOf(reserve(Callers.RESERVE, "a"));
    assertThat(failure.code()).isEqualTo(ErrorCode.CONTRACT_MISMATCH);
    assertThat(failure.mayHaveRun()).isFalse();
    assertThat(failure).hasMessageContaining("Reserve.warehouse");
  }

  @Test
  void a_form_whose_reply_leaves_out_what_the_caller_needs_is_not_called() {
    serve(
        b,
        Silent.RESERVE,
        (reserve, call) -> Future.succeededFuture(new Silent.Reserved(Optional.empty())));
    VertebraException failure = failureOf(reserve(Callers.RESERVE, "a"));
    assertThat(failure.code()).isEqualTo(ErrorCode.CONTRACT_MISMATCH);
    assertThat(failure).hasMessageContaining("Reserved.node");
  }

  @Test
  void calls_go_to_the_nodes_that_fit_and_to_no_others() {
    serveStricter(b, Stricter.RESERVE);
    serveSame(c);
    for (int i = 0; i < 100; i++) {
      assertThat(await(reserve(Callers.RESERVE, "a")).node()).isEqualTo(c.id());
    }
  }

  @Test
  void calls_go_to_equal_and_to_compatible_forms_alike() {
    serveNewer(b, Newer.RESERVE);
    serveSame(c);
    Set<String> reached = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      reached.add(await(reserve(Callers.RESERVE, "a")).node());
    }
    assertThat(reached).containsExactlyInAnyOrder(b.id(), c.id());
  }

  @Test
  void a_node_that_serves_another_form_itself_calls_those_that_fit() {
    serveStricter(caller, Stricter.RESERVE);
    VertebraException failure = failureOf(reserve(Callers.RESERVE, "a"));
    assertThat(failure.code()).isEqualTo(ErrorCode.CONTRACT_MISMATCH);
    serveSame(c);
    assertThat(await(reserve(Callers.RESERVE, "a")).node()).isEqualTo(c.id());
  }

  @Test
  void keys_go_to_the_nodes_that_fit() {
    serveStricter(b, Stricter.KEYED);
    serveNewer(c, Newer.KEYED);
    for (int i = 0; i < 50; i++) {
      assertThat(await(reserve(Callers.KEYED, "sku-" + i)).node()).isEqualTo(c.id());
    }
  }

  @Test
  void gathering_reports_the_nodes_that_do_not_fit() {
    serveStricter(b, Stricter.RESERVE);
    serveNewer(c, Newer.RESERVE);
    Gathered<Callers.Reserved> gathered =
        await(caller.bus().gather(Callers.RESERVE, new Callers.Reserve("a", 1)).all());
    assertThat(gathered.replies()).extracting(Callers.Reserved::node).containsExactly(c.id());
    assertThat(gathered.failures())
        .extracting(VertebraException::code)
        .containsExactly(ErrorCode.CONTRACT_MISMATCH);
  }

  @Test
  void many_calls_at_once_wait_for_one_answer_about_the_form() {
    serveNewer(b, Newer.RESERVE);
    List<Future<Callers.Reserved>> calls = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      calls.add(reserve(Callers.RESERVE, "a"));
    }
    await(Future.all(calls));
  }

  @Test
  void a_release_that_fits_again_is_called_again() {
    String deployment = serve(
        b,
        Stricter.RESERVE,
        (reserve, call) -> Future.succeededFuture(new Stricter.Reserved(b.id())));
    assertThat(failureOf(reserve(Callers.RESERVE, "a")).code())
        .isEqualTo(ErrorCode.CONTRACT_MISMATCH);
    await(b.vertx().undeploy(deployment));
    serveNewer(b, Newer.RESERVE);
    assertThat(await(reserve(Callers.RESERVE, "a")).node()).isEqualTo(b.id());
  }
}
