package io.vertebra.cluster.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.vertebra.idempotency.DedupStore;
import io.vertebra.test.DedupStoreContract;
import io.vertebra.test.FreePorts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HazelcastDedupStoreIT extends DedupStoreContract {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final List<Integer> PORTS = FreePorts.some(3);
  private static final List<HazelcastInstance> MEMBERS = new ArrayList<>();

  private final AtomicLong shift = new AtomicLong();

  private static Vertx vertx;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    MEMBERS.add(member(0));
    MEMBERS.add(member(1));
  }

  @AfterAll
  static void stop() throws Exception {
    await(vertx.close());
    MEMBERS.forEach(HazelcastInstance::shutdown);
  }

  private static HazelcastInstance member(int index) {
    Config config = ConfigUtil.loadConfig();
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.getNetworkConfig().setPort(PORTS.get(index)).setPortAutoIncrement(false);
    config.getNetworkConfig().setPublicAddress("127.0.0.1:" + PORTS.get(index));
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true);
    PORTS.forEach(port -> join.getTcpIpConfig().addMember("127.0.0.1:" + port));
    HazelcastDedupStore.configure(config);
    return Hazelcast.newHazelcastInstance(config);
  }

  private HazelcastDedupStore on(HazelcastInstance member) {
    return new HazelcastDedupStore(vertx, member, window(), shift::get);
  }

  @Override
  protected DedupStore create() {
    MEMBERS.get(0).getMap("vertebra.dedup").clear();
    return on(MEMBERS.get(0));
  }

  @Override
  protected Duration window() {
    return Duration.ofMinutes(10);
  }

  @Override
  protected void advance(Duration time) {
    shift.addAndGet(time.toMillis());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(30, TimeUnit.SECONDS);
  }

  @Test
  void d2_one_of_many_concurrent_duplicates_on_two_nodes_runs() throws Exception {
    for (int round = 0; round < 20; round++) {
      List<Future<DedupStore.Begin>> begun = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        begun.add(on(MEMBERS.get(i % 2)).begin("consumer", "key" + round, "print", LEASE));
      }
      int first = 0;
      for (Future<DedupStore.Begin> begin : begun) {
        if (await(begin) instanceof DedupStore.First) {
          first++;
        }
      }
      assertThat(first).isEqualTo(1);
    }
  }

  @Test
  void an_answer_may_be_followed_by_the_next_call() throws Exception {
    HazelcastDedupStore store = on(MEMBERS.get(0));
    List<Future<DedupStore.Completion>> completed = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      completed.add(store
          .begin("consumer", "chained" + i, "print", LEASE)
          .compose(
              begin -> store.complete(((DedupStore.First) begin).token(), Buffer.buffer("reply"))));
    }
    for (Future<DedupStore.Completion> one : completed) {
      assertThat(await(one)).isEqualTo(DedupStore.Completion.STORED);
    }
  }

  @Test
  void keeps_replies_and_running_messages_when_a_member_dies() throws Exception {
    HazelcastInstance third = member(2);
    HazelcastDedupStore there = on(third);
    HazelcastDedupStore here = on(MEMBERS.get(0));
    List<DedupStore.Token> running = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      DedupStore.First done =
          (DedupStore.First) await(there.begin("consumer", "done" + i, "print", LEASE));
      await(there.complete(done.token(), Buffer.buffer("reply " + i)));
      running.add(((DedupStore.First) await(here.begin("consumer", "running" + i, "print", LEASE)))
          .token());
    }
    third.getLifecycleService().terminate();
    for (int i = 0; i < 200; i++) {
      assertThat(await(here.begin("consumer", "done" + i, "print", LEASE)))
          .isEqualTo(new DedupStore.Duplicate(Buffer.buffer("reply " + i)));
      assertThat(await(here.begin("consumer", "running" + i, "print", LEASE)))
          .isInstanceOf(DedupStore.Running.class);
      assertThat(await(here.complete(running.get(i), Buffer.buffer("late"))))
          .isEqualTo(DedupStore.Completion.STORED);
    }
  }

  @Test
  void an_operation_that_is_repeated_because_its_answer_was_lost_has_the_same_answer() {
    DedupEntry running = DedupEntry.running(1, 2, "print", 100);
    DedupEntry completed = running.completed(new byte[] {7}, 200);
    assertThat(completed.isCompletedBy(1, 2, new byte[] {7})).isTrue();
    assertThat(completed.isCompletedBy(1, 2, new byte[] {8})).isFalse();
    assertThat(completed.isRunBy(1, 2)).isFalse();
    assertThat(running.isRunBy(1, 2)).isTrue();
    assertThat(running.isRunBy(1, 3)).isFalse();
  }
}
