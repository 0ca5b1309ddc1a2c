package io.vertebra.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.directory.DirectoryMessage.Described;
import io.vertebra.directory.DirectoryMessage.Heartbeat;
import io.vertebra.directory.DirectoryMessage.Pull;
import io.vertebra.directory.DirectoryMessage.Sender;
import io.vertebra.directory.DirectoryMessage.View;
import io.vertebra.error.ContractException;
import io.vertebra.error.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DirectoryMessageTest {
  private static final Sender SENDER = new Sender("nöde-1", Long.MAX_VALUE, 300, 1_234_567, 4);
  private static final View VIEW = new View(1_700_000_000_000L, 9, 12, Standing.HELD);

  private static Described described() {
    List<ServedContract> contracts = new ArrayList<>();
    for (int i = -3; i < 40; i++) {
      contracts.add(new ServedContract(
          i * 1_000_003L,
          "stock.reserve-" + i,
          "f".repeat(43),
          i + 4,
          i + 3,
          i % 2 == 0,
          i % 3 == 0));
    }
    List<TapInterest> taps = List.of(
        new TapInterest(TapInterest.EVERY_CONTRACT, 100, true), new TapInterest(-1, 1, false));
    return new Described(
        SENDER,
        VIEW,
        new Descriptor(
            SENDER.node(), SENDER.incarnation(), 299, ServingState.DRAINING, contracts, taps));
  }

  private static void assertInvalid(byte[] bytes) {
    assertThatThrownBy(() -> DirectoryMessage.decode(bytes))
        .isInstanceOfSatisfying(
            ContractException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.MESSAGE_INVALID));
  }

  @Test
  void reads_what_it_wrote() {
    for (DirectoryMessage each : List.of(
        new Heartbeat(SENDER, VIEW, 0),
        new Heartbeat(SENDER, VIEW, Integer.MAX_VALUE),
        new Pull(SENDER, VIEW),
        described())) {
      assertThat(DirectoryMessage.decode(each.encode())).isEqualTo(each);
    }
  }

  @Test
  void writes_a_heartbeat_in_few_bytes() {
    assertThat(new Heartbeat(SENDER, VIEW, 50).encode()).hasSizeLessThan(48);
  }

  @Test
  void refuses_a_message_that_was_cut_or_has_more_behind_it() {
    byte[] whole = described().encode();
    for (int length = 0; length < whole.length; length++) {
      assertInvalid(Arrays.copyOf(whole, length));
    }
    assertInvalid(Arrays.copyOf(whole, whole.length + 1));
  }

  @Test
  void survives_a_hundred_thousand_damaged_messages() {
    SplittableRandom random = new SplittableRandom(7);
    List<byte[]> messages = List.of(
        described().encode(),
        new Heartbeat(SENDER, VIEW, 1).encode(),
        new Pull(SENDER, VIEW).encode());
    int refused = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] damaged = messages.get(i % 3).clone();
      for (int flips = random.nextInt(1, 5); flips > 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        DirectoryMessage.decode(damaged);
      } catch (ContractException expected) {
        refused++;
      }
    }
    assertThat(refused).isBetween(20_000, 99_000);
  }

  @Test
  void believes_no_length_that_the_bytes_cannot_hold() {
    byte[] heartbeat = new Heartbeat(SENDER, VIEW, 1).encode();
    byte[] huge = {1, 1, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7, 0};
    assertInvalid(huge);
    assertInvalid(new byte[] {9, 1});
    byte[] unknownKind = heartbeat.clone();
    unknownKind[1] = 9;
    assertInvalid(unknownKind);
  }

  @Test
  void refuses_to_describe_what_another_node_would_refuse() {
    assertThatThrownBy(() -> new ServedContract(1, "x".repeat(1_025), "", 1, 0, false, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ServedContract(1, "x", "", 0, 0, false, false))
        .isInstanceOf(IllegalArgumentException.class);
    ServedContract one = FewNodes.contract(1, 1);
    assertThatThrownBy(
            () -> new Descriptor("a", 1, 1, ServingState.READY, List.of(one, one), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
