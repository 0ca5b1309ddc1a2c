package io.vertebra.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.directory.InboundFrames.Loss;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PendingCallsTest {
  private static final class Waiting extends PendingCalls.Entry {
    final String name;

    Waiting(String name) {
      this.name = name;
    }
  }

  private final PendingCalls<Waiting> calls = new PendingCalls<>();
  private final PendingCalls.Peer b = calls.newPeer("b");
  private final PendingCalls.Peer c = calls.newPeer("c");
  private final List<String> failed = new ArrayList<>();

  private Waiting put(PendingCalls.Peer peer, long callId) {
    Waiting waiting = new Waiting("call " + callId);
    calls.put(peer, callId, waiting);
    return waiting;
  }

  private void fail(Waiting waiting, boolean mayHaveRun) {
    failed.add(waiting.name + (mayHaveRun ? " may have run" : " has not run"));
  }

  @Test
  void gives_each_call_to_whoever_asks_first() {
    Waiting call = put(b, 1);
    assertThat(calls.find(1)).isSameAs(call);
    assertThat(call.isPending()).isTrue();

    assertThat(calls.reply(b, 1)).isSameAs(call);
    assertThat(call.isPending()).isFalse();
    assertThat(calls.remove(1)).isNull();
    assertThat(calls.lateReplies()).isZero();
    assertThat(calls.reply(b, 1)).isNull();
    assertThat(calls.lateReplies()).isEqualTo(1);
    assertThat(calls.size() + b.size()).isZero();
  }

  @Test
  void takes_no_reply_from_a_peer_that_was_not_asked() {
    Waiting call = put(b, 1);

    assertThat(calls.reply(c, 1)).isNull();
    assertThat(calls.lateReplies()).isEqualTo(1);
    assertThat(calls.reply(b, 1)).isSameAs(call);
  }

  @Test
  void fails_the_calls_of_a_gone_peer_and_no_others() {
    put(b, 1).sentIn(1, 1);
    put(c, 2).sentIn(1, 1);
    put(b, 3);
    put(b, 4);
    calls.remove(4);

    calls.peerGone(b, this::fail);

    assertThat(failed).containsExactly("call 1 may have run", "call 3 has not run");
    assertThat(calls.size()).isEqualTo(1);
    assertThat(calls.find(2)).isNotNull();
  }

  @Test
  void leaves_calls_alone_that_are_made_while_others_fail() {
    put(b, 1);
    put(b, 2);
    put(b, 3);

    calls.peerGone(b, (waiting, mayHaveRun) -> {
      fail(waiting, mayHaveRun);
      calls.remove(2);
      put(b, 10 + failed.size());
    });

    assertThat(failed).containsExactly("call 1 has not run", "call 3 has not run");
    assertThat(b.size()).isEqualTo(2);
  }

  @Test
  void says_that_requests_in_lost_frames_have_not_run() {
    put(b, 1).sentIn(1, 4);
    put(b, 2).sentIn(1, 5);
    put(b, 3).sentIn(2, 1);
    put(b, 4).sentIn(2, 3);
    put(b, 5).sentIn(2, 4);
    put(b, 6);

    calls.requestsLost(b, new Loss(1, 5, 2, 3), this::fail);

    assertThat(failed)
        .containsExactly("call 2 has not run", "call 3 has not run", "call 4 has not run");
  }

  @Test
  void says_that_calls_whose_reply_may_be_lost_may_have_run() {
    put(b, 1).sentIn(1, 9);
    put(b, 2).sentIn(2, 3);
    put(b, 3).sentIn(2, 4);
    put(b, 4);

    calls.repliesLost(b, 2, 3, this::fail);

    assertThat(failed).containsExactly("call 1 may have run", "call 2 may have run");
  }

  @Test
  void does_not_fail_a_call_that_was_replaced_meanwhile() {
    put(b, 1).sentIn(1, 1);
    put(b, 2).sentIn(1, 2);

    calls.repliesLost(b, 1, 2, (waiting, mayHaveRun) -> {
      fail(waiting, mayHaveRun);
      if (failed.size() == 1) {
        calls.remove(2);
        put(b, 2);
      }
    });

    assertThat(failed).containsExactly("call 1 may have run");
    assertThat(calls.find(2)).isNotNull();
  }

  @Test
  void refuses_a_call_id_or_an_entry_that_is_in_use() {
    Waiting call = put(b, 1);

    assertThatThrownBy(() -> put(c, 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> calls.put(c, 2, call)).isInstanceOf(IllegalStateException.class);
    assertThat(c.size()).isZero();
  }

  @Test
  void behaves_like_a_map_under_a_million_random_steps() {
    long seed = Long.getLong("vertebra.seed", 42);
    SplittableRandom random = new SplittableRandom(seed);
    Map<Long, Waiting> model = new HashMap<>();
    List<PendingCalls.Peer> peers = List.of(b, c, calls.newPeer("d"));
    for (int step = 0; step < 1_000_000; step++) {
      long id = random.nextLong(3_000) * (random.nextBoolean() ? 1 : 0x1_0000_0000L);
      if (random.nextInt(100_000) == 0) {
        PendingCalls.Peer gone = peers.get(random.nextInt(3));
        calls.peerGone(
            gone, (waiting, ran) -> assertThat(model.remove(waiting.callId())).isSameAs(waiting));
        assertThat(gone.size()).isZero();
      } else if (random.nextBoolean()) {
        assertThat(calls.remove(id)).as("seed %d", seed).isSameAs(model.remove(id));
      } else if (!model.containsKey(id)) {
        model.put(id, put(peers.get(random.nextInt(3)), id));
      }
    }
    assertThat(calls.size()).isEqualTo(model.size());
    assertThat(peers.stream().mapToInt(PendingCalls.Peer::size).sum()).isEqualTo(model.size());
    model.forEach((id, waiting) -> assertThat(calls.remove(id)).isSameAs(waiting));
  }
}
