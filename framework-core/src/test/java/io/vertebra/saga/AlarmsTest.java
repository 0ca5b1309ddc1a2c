package io.vertebra.saga;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class AlarmsTest {
  private final SagaMachine<Shop.State> machine =
      new SagaMachine<>(Shop.FULFIL, new SimCodec(), () -> 0.5, MachineDriver.LIMITS);
  private final Alarms alarms = new Alarms();

  private Entry<?> entry(int number) {
    return new Entry<>(machine, new Entry.Key("s", "o" + number), 1);
  }

  @Test
  void wakes_an_entry_once_at_the_time_that_was_set_last() {
    Entry<?> entry = entry(1);
    alarms.set(entry, 50);
    alarms.set(entry, 20);
    alarms.set(entry, 30);
    assertThat(alarms.next()).isEqualTo(30);
    assertThat(alarms.poll(29)).isNull();
    assertThat(alarms.poll(30)).isSameAs(entry);
    assertThat(alarms.poll(1_000)).isNull();
  }

  @Test
  void keeps_nothing_of_an_alarm_that_was_set_anew_or_taken_back() {
    Entry<?> entry = entry(1);
    for (int i = 0; i < 1_000; i++) {
      alarms.set(entry, 86_400_000 + i);
    }
    assertThat(alarms.size()).isEqualTo(1);
    alarms.set(entry, Long.MAX_VALUE);
    alarms.set(entry, Long.MAX_VALUE);
    assertThat(alarms.size()).isZero();
    assertThat(alarms.next()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void wakes_entries_in_the_order_of_their_times() {
    long seed = 42;
    SplittableRandom random = new SplittableRandom(seed);
    List<Entry<?>> entries = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      entries.add(entry(i));
    }
    long now = 0;
    for (int i = 0; i < 20_000; i++) {
      Entry<?> entry = entries.get(random.nextInt(entries.size()));
      alarms.set(entry, random.nextInt(4) == 0 ? Long.MAX_VALUE : now + random.nextInt(1_000));
      if (random.nextInt(10) == 0) {
        now += random.nextInt(300);
        wakeAll(entries, now);
      }
    }
  }

  private void wakeAll(List<Entry<?>> entries, long now) {
    long due = entries.stream().filter(entry -> entry.wakeAt <= now).count();
    long earlier = 0;
    for (int i = 0; i < due; i++) {
      long next = alarms.next();
      assertThat(alarms.poll(now)).isNotNull();
      assertThat(next).isBetween(earlier, now);
      earlier = next;
    }
    assertThat(alarms.poll(now)).isNull();
    long left = entries.stream().filter(entry -> entry.wakeAt != Long.MAX_VALUE).count();
    assertThat(alarms.size()).isEqualTo((int) left);
  }
}
