package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.dispatch.FairQueue.Line;
import io.vertebra.dispatch.FairQueue.Waiting;
import io.vertebra.messaging.Criticality;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairQueueTest {
  private final FairQueue<String> queue = new FairQueue<>(false, 1_000_000_000L);
  private long clock;

  private Waiting<String> add(String item, String caller, Criticality criticality) {
    return add(queue, item, caller, criticality.rank() * Priority.COHORTS);
  }

  private Waiting<String> add(String item, String caller) {
    return add(item, caller, Criticality.CRITICAL);
  }

  private Waiting<String> add(FairQueue<String> to, String item, String caller, int priority) {
    Waiting<String> waiting = new Waiting<>(item, 10, clock);
    to.add(to.lineOf(caller, priority, clock), waiting);
    clock++;
    return waiting;
  }

  private List<String> pollAll(boolean newestFirst) {
    return pollAll(queue, newestFirst);
  }

  private static List<String> pollAll(FairQueue<String> queue, boolean newestFirst) {
    List<String> order = new ArrayList<>();
    for (Line<String> line = queue.turn(); line != null; line = queue.turn()) {
      order.add(queue.poll(line, newestFirst).item);
    }
    assertThat(queue.size()).isZero();
    assertThat(queue.bytes()).isZero();
    assertThat(queue.oldest()).isNull();
    return order;
  }

  @Test
  void the_more_important_go_first() {
    add("batch", "a", Criticality.SHEDDABLE);
    add("page", "a", Criticality.CRITICAL);
    add("report", "a", Criticality.SHEDDABLE_PLUS);
    add("payment", "a", Criticality.CRITICAL_PLUS);

    assertThat(pollAll(false)).containsExactly("payment", "page", "report", "batch");
  }

  @Test
  void callers_take_turns_so_that_one_with_many_does_not_delay_one_with_few() {
    for (int i = 0; i < 5; i++) {
      add("many" + i, "many");
    }
    add("few0", "few");
    add("few1", "few");
    add("one", "one");

    assertThat(pollAll(false))
        .containsExactly("many0", "few0", "one", "many1", "few1", "many2", "many3", "many4");
  }

  @Test
  void within_a_caller_the_oldest_goes_first_or_the_newest() {
    add("first", "a");
    add("second", "a");
    add("third", "a");
    assertThat(pollAll(true)).containsExactly("third", "second", "first");

    add("first", "a");
    add("second", "a");
    assertThat(pollAll(false)).containsExactly("first", "second");
  }

  @Test
  void an_ordered_queue_knows_neither_classes_nor_callers() {
    FairQueue<String> ordered = new FairQueue<>(true, 1_000_000_000L);
    add(ordered, "low", "a", Priority.LOWEST);
    add(ordered, "high", "b", 0);

    assertThat(ordered.leastImportant(0, "b")).isNull();
    assertThat(pollAll(ordered, true)).containsExactly("low", "high");
  }

  @Test
  void an_empty_line_is_remembered_for_a_while() {
    add("first", "a");
    Line<String> line = queue.turn();
    pollAll(false);

    queue.forgetIdle(clock + FairQueue.REMEMBERED - 1);
    int critical = Criticality.CRITICAL.rank() * Priority.COHORTS;
    assertThat(queue.lineOf("a", critical, clock)).isSameAs(line);
    queue.forgetIdle(clock + FairQueue.REMEMBERED + 1);
    assertThat(queue.lineOf("a", critical, clock)).isNotSameAs(line);
  }

  @Test
  void one_leaves_from_wherever_it_stands() {
    Waiting<String> first = add("first", "a");
    Waiting<String> middle = add("middle", "a");
    Waiting<String> alone = add("alone", "b");
    add("last", "a");

    queue.remove(middle);
    queue.remove(middle);
    queue.remove(alone);
    assertThat(queue.size()).isEqualTo(2);
    assertThat(queue.oldest()).isSameAs(first);
    queue.remove(first);
    assertThat(queue.oldest().item).isEqualTo("last");
    assertThat(pollAll(false)).containsExactly("last");
  }

  @Test
  void room_is_made_by_a_less_important_one_or_by_the_caller_with_most() {
    add("many0", "many");
    Waiting<String> newest = add("many1", "many");
    add("few", "few");
    int critical = Criticality.CRITICAL.rank() * Priority.COHORTS;

    assertThat(queue.leastImportant(critical, "new")).isSameAs(newest);
    assertThat(queue.leastImportant(critical, "few")).isNull();
    assertThat(queue.leastImportant(critical, "many")).isNull();
    Waiting<String> batch = add("batch", "other", Criticality.SHEDDABLE);
    assertThat(queue.leastImportant(critical, "many")).isSameAs(batch);
    assertThat(queue.leastImportant(Priority.LOWEST, "many")).isNull();
  }
}
