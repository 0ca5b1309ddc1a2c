package io.vertebra.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.directory.InboundFrames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * One node sends to another over a network that loses, doubles and delays batches in both directions,
 * while links break and open again. A failing run is replayed with {@code -Dseed=N}.
 */
class CreditSimulationTest {
  static final int RUNS = 100_000;
  static final int STEPS = 60;
  static final int LARGEST = 1_500_000;

  /** What a batch says; {@code sizes} are those of its requests. */
  record Batch(
      long epoch,
      long sequence,
      long position,
      List<Integer> sizes,
      long seenEpoch,
      long granted) {}

  /** One end of a link. */
  static final class End {
    long epoch = 1;
    long sequence;
    final SendCredit credit = new SendCredit(epoch);
    final int window;
    final ReceiveCredit grant;
    final InboundFrames inbound = new InboundFrames();
    final Queue<Integer> waiting = new ArrayDeque<>();
    final List<Batch> sent = new ArrayList<>();
    long held;

    End(int window) {
      this.window = window;
      this.grant = new ReceiveCredit(window);
    }

    Batch nextBatch() {
      long position = credit.position();
      List<Integer> sizes = new ArrayList<>();
      while (!waiting.isEmpty() && credit.isAvailable()) {
        int size = waiting.remove();
        sizes.add(size);
        credit.spend(size);
      }
      held += waiting.isEmpty() ? 0 : 1;
      return new Batch(epoch, ++sequence, position, sizes, inbound.epoch(), grant.tell());
    }

    void receive(Batch batch) {
      if (!inbound.accept(batch.epoch, batch.sequence)) {
        return;
      }
      grant.begin(batch.epoch, batch.position);
      assertThat(credit.granted(batch.seenEpoch, batch.granted)).as("honest").isTrue();
      for (int size : batch.sizes) {
        grant.take(size);
      }
    }

    void reopen() {
      epoch++;
      sequence = 0;
      credit.reopen(epoch);
    }
  }

  @Test
  void credit_is_never_lost_for_good_and_never_exceeded() {
    Long one = Long.getLong("seed");
    if (one != null) {
      run(one);
      return;
    }
    long held = 0;
    for (long seed = 1; seed <= RUNS; seed++) {
      held += run(seed);
    }
    assertThat(held).as("batches that had to leave something behind").isGreaterThan(RUNS);
  }

  /** How often credit was lacking. */
  private static long run(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int window = 1 << 20 + random.nextInt(4);
    End sender = new End(window);
    End receiver = new End(window);
    List<Batch> there = new ArrayList<>();
    List<Batch> back = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> sender.waiting.add(1 + random.nextInt(LARGEST));
        case 3, 4 -> there.add(sender.nextBatch());
        case 5 -> back.add(receiver.nextBatch());
        case 6, 7 -> deliver(there, receiver, random);
        case 8 -> deliver(back, sender, random);
        default -> {
          if (random.nextInt(5) == 0) {
            (random.nextBoolean() ? sender : receiver).reopen();
          }
        }
      }
      checkBounds(seed, sender, receiver);
    }
    long held = sender.held;
    settle(seed, sender, receiver);
    return held;
  }

  /** Any of the batches under way arrives, twice, or never. */
  private static void deliver(List<Batch> way, End to, SplittableRandom random) {
    if (way.isEmpty()) {
      return;
    }
    int any = random.nextInt(way.size());
    int fate = random.nextInt(10);
    Batch batch = fate == 0 ? way.get(any) : way.remove(any);
    if (fate != 1) {
      to.receive(batch);
    }
  }

  private static void checkBounds(long seed, End sender, End receiver) {
    long ahead = sender.credit.position() - receiver.grant.tell() + receiver.window;
    if (receiver.inbound.epoch() == sender.epoch) {
      assertThat(ahead)
          .as("bytes on the way, seed %d", seed)
          .isLessThan(Math.max(receiver.window, SendCredit.INITIAL) + LARGEST);
    }
  }

  /** The network behaves from now on: all that waits arrives, within one window a round at least. */
  private static void settle(long seed, End sender, End receiver) {
    for (int i = 0; i < 20; i++) {
      sender.waiting.add(LARGEST);
    }
    long rounds = 0;
    while (!sender.waiting.isEmpty()) {
      receiver.receive(sender.nextBatch());
      sender.receive(receiver.nextBatch());
      assertThat(++rounds).as("rounds until all has gone, seed %d", seed).isLessThan(100);
    }
    receiver.receive(sender.nextBatch());
    sender.receive(receiver.nextBatch());
    assertThat(receiver.grant.tell() - sender.credit.position())
        .as("credit after all has arrived, seed %d", seed)
        .isEqualTo(receiver.window);
  }

  @Test
  void grants_of_other_links_change_nothing() {
    SendCredit credit = new SendCredit(7);
    credit.spend((int) SendCredit.INITIAL);
    assertThat(credit.isAvailable()).isFalse();
    assertThat(credit.granted(6, Long.MAX_VALUE)).as("late, of the link before").isTrue();
    assertThat(credit.granted(8, Long.MAX_VALUE)).as("of a link to come").isFalse();
    assertThat(credit.isAvailable()).isFalse();
    assertThat(credit.granted(7, SendCredit.INITIAL + 1)).isTrue();
    assertThat(credit.isAvailable()).isTrue();
    assertThat(credit.granted(6, Long.MAX_VALUE)).as("it has seen the new link").isFalse();
  }

  @Test
  void no_grant_lets_more_through_than_is_good() {
    SendCredit credit = new SendCredit(1);
    assertThat(credit.granted(1, Long.MAX_VALUE)).isFalse();
    long frames = 0;
    while (credit.isAvailable()) {
      credit.spend(1_000_000);
      frames++;
    }
    assertThat(frames * 1_000_000).isLessThanOrEqualTo(SendCredit.MOST_AHEAD + 1_000_000);
  }

  @Test
  void a_frame_larger_than_the_room_gets_it_when_it_is_empty() {
    Room room = new Room(1_000);
    assertThat(room.tryTake(5_000)).isTrue();
    assertThat(room.tryTake(1)).isFalse();
    room.giveBack(5_000);
    assertThat(room.used()).isZero();
    assertThat(room.tryTake(100)).isTrue();
    assertThat(room.tryTake(1_000)).isFalse();
  }
}
