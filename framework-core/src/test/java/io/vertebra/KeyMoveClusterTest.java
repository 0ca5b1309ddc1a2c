package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static io.vertebra.TestCluster.serve;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.limit.Limit;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that move to another node while the node that had them is busy with them. */
class KeyMoveClusterTest {
  record Book(String account, boolean isSlow) {}

  record Booked(String node) {}

  static final Request<Book, Booked> BOOK =
      Request.of("account.book", Book.class, Booked.class).keyedBy(Book::account);
  static final CallOptions PATIENT = CallOptions.defaults().withTimeout(Duration.ofSeconds(60));
  static final int ACCOUNTS = 32;

  final TestCluster cluster = new TestCluster();
  /** Accounts that something runs for, by the node where it does. */
  final Map<String, String> busy = new ConcurrentHashMap<>();

  final List<String> overlaps = new CopyOnWriteArrayList<>();
  final List<Promise<Void>> slow = new CopyOnWriteArrayList<>();
  final Promise<Void> allSlowRun = Promise.promise();
  Node a;
  Node b;
  String servedByA;

  @BeforeEach
  void start() {
    a = cluster.start();
    b = cluster.start();
    servedByA = serveBook(a);
  }

  @AfterEach
  void stop() {
    slow.forEach(Promise::tryComplete);
    cluster.close();
    assertThat(overlaps).isEmpty();
  }

  private String serveBook(Node node) {
    return serve(node, BOOK, Limit.fixed(1_000), (book, call) -> {
      String other = busy.putIfAbsent(book.account(), node.id());
      if (other != null) {
        overlaps.add(book.account() + " on " + node.id() + " and " + other);
      }
      Promise<Void> end = Promise.promise();
      if (book.isSlow()) {
        slow.add(end);
        if (slow.size() == ACCOUNTS) {
          allSlowRun.complete();
        }
      } else {
        end.complete();
      }
      return end.future().map(ended -> {
        busy.remove(book.account());
        return new Booked(node.id());
      });
    });
  }

  private static Future<Booked> book(Node from, String account, boolean isSlow) {
    return from.bus().request(BOOK, new Book(account, isSlow), PATIENT);
  }

  private List<Future<Booked>> startSlow() {
    List<Future<Booked>> started = new ArrayList<>();
    for (int i = 0; i < ACCOUNTS; i++) {
      started.add(book(i % 2 == 0 ? a : b, "slow-" + i, true));
    }
    await(allSlowRun.future());
    return started;
  }

  private Map<String, Future<Booked>> bookAgain(Node from) {
    Map<String, Future<Booked>> booked = new HashMap<>();
    for (int i = 0; i < ACCOUNTS; i++) {
      booked.put("slow-" + i, book(from, "slow-" + i, false));
    }
    return booked;
  }

  /** Calls for accounts that nothing runs for; answers who served them. */
  private Set<String> bookOthers(Node from) {
    Set<String> nodes = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      nodes.add(await(book(from, "other-" + i, false)).node());
    }
    return nodes;
  }

  private void endSlow(List<Future<Booked>> started) {
    slow.forEach(Promise::complete);
    await(Future.all(started));
  }

  @Test
  void a_node_that_joins_takes_a_key_only_when_its_former_owner_is_done_with_it() {
    List<Future<Booked>> first = startSlow();
    serveBook(b);
    Map<String, Future<Booked>> fromA = bookAgain(a);
    Map<String, Future<Booked>> fromB = bookAgain(b);
    assertThat(bookOthers(a)).contains(b.id());
    assertThat(bookOthers(b)).contains(b.id());
    assertThat(fromA.values()).noneMatch(Future::isComplete);
    assertThat(fromB.values()).noneMatch(Future::isComplete);
    endSlow(first);
    fromA.forEach((account, booked) ->
        assertThat(await(booked)).as(account).isEqualTo(await(fromB.get(account))));
    assertThat(fromA.values()).extracting(each -> each.result().node()).contains(a.id(), b.id());
  }

  @Test
  void a_node_that_drains_hands_each_key_on_when_it_is_done_with_it() {
    List<Future<Booked>> first = startSlow();
    serveBook(b);
    Future<Void> closed = a.close();
    while (!bookOthers(b).equals(Set.of(b.id()))) {
      assertThat(closed.isComplete()).as("closed while calls run").isFalse();
    }
    Map<String, Future<Booked>> again = bookAgain(b);
    assertThat(bookOthers(b)).contains(b.id());
    assertThat(again.values()).noneMatch(Future::isComplete);
    endSlow(first);
    again.values().forEach(booked -> assertThat(await(booked).node()).isEqualTo(b.id()));
    await(closed);
  }

  @Test
  void a_verticle_that_is_undeployed_hands_each_key_on_when_it_is_done_with_it() {
    List<Future<Booked>> first = startSlow();
    serveBook(b);
    Future<Void> undeployed = a.vertx().undeploy(servedByA);
    assertThat(bookOthers(a)).contains(b.id());
    Map<String, Future<Booked>> again = bookAgain(a);
    assertThat(bookOthers(a)).contains(b.id());
    assertThat(again.values()).noneMatch(Future::isComplete);
    endSlow(first);
    again.values().forEach(booked -> assertThat(await(booked).node()).isEqualTo(b.id()));
    await(undeployed);
  }

  @Test
  void the_keys_of_a_node_that_crashed_are_not_waited_for() {
    startSlow();
    serveBook(b);
    Map<String, Future<Booked>> again = bookAgain(b);
    assertThat(bookOthers(b)).contains(b.id());
    assertThat(again.values()).noneMatch(Future::isComplete);
    busy.clear();
    cluster.crash(a);
    int moved = 0;
    for (Future<Booked> each : again.values()) {
      Booked booked = await(each.otherwise(new Booked("lost with its node")));
      moved += booked.node().equals(b.id()) ? 1 : 0;
    }
    assertThat(moved).isPositive();
  }

  @Test
  void a_held_call_ends_at_its_deadline_and_has_not_run() {
    startSlow();
    serveBook(b);
    CallOptions hasty = CallOptions.defaults().withTimeout(Duration.ofMillis(300));
    List<Future<Booked>> booked = new ArrayList<>();
    for (int i = 0; i < ACCOUNTS; i++) {
      booked.add(b.bus().request(BOOK, new Book("slow-" + i, false), hasty));
    }
    int unrun = 0;
    for (Future<Booked> each : booked) {
      VertebraException end = failureOf(each);
      assertThat(end.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
      unrun += end.mayHaveRun() ? 0 : 1;
    }
    assertThat(unrun).as("held by the sender").isPositive();
  }

  @Test
  void a_sender_holds_ten_thousand_calls_and_refuses_more() {
    startSlow();
    serveBook(b);
    String moved = movedAccount();
    List<Future<Booked>> held = new ArrayList<>();
    for (int i = 0; i < 10_001; i++) {
      held.add(book(a, moved, false));
    }
    assertThat(failureOf(held.get(10_000)).code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(held.subList(0, 10_000)).noneMatch(Future::isComplete);
    slow.forEach(Promise::complete);
    assertThat(await(held.get(0)).node()).isEqualTo(b.id());
  }

  /** An account that is busy on the first node and belongs to the second. */
  private String movedAccount() {
    CallOptions hasty = CallOptions.defaults().withTimeout(Duration.ofMillis(300));
    for (int i = 0; i < ACCOUNTS; i++) {
      if (!failureOf(b.bus().request(BOOK, new Book("slow-" + i, false), hasty)).mayHaveRun()) {
        return "slow-" + i;
      }
    }
    throw new AssertionError("no account has moved");
  }
}
