package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DispatchStampTest {
  private final DispatchStamp stamp = new DispatchStamp();
  private final List<Long> numbers = new ArrayList<>();

  private record Owner(String contractId) implements DispatchOwner {
    @Override
    public String verticle() {
      return "v";
    }
  }

  private void seen(String contract) {
    assertThat(stamp.number() % 2).isEqualTo(contract.isEmpty() ? 0 : 1);
    DispatchOwner owner = stamp.owner();
    assertThat(owner == null ? "" : owner.contractId()).isEqualTo(contract);
    numbers.add(stamp.number());
  }

  @Test
  void code_within_code_is_told_apart_and_what_is_around_it_goes_on() {
    seen("");
    DispatchOwner nothing = stamp.enter(new Owner("a"));
    seen("a");
    DispatchOwner a = stamp.enter(new Owner("b"));
    seen("b");
    DispatchOwner b = stamp.enter(new Owner("a"));
    seen("a");
    stamp.leave(b);
    seen("b");
    stamp.leave(a);
    seen("a");
    stamp.leave(nothing);
    seen("");
    assertThat(numbers)
        .as("each time has a number of its own")
        .doesNotHaveDuplicates()
        .isSorted();
    assertThat(stamp.thread()).isSameAs(Thread.currentThread());
  }
}
