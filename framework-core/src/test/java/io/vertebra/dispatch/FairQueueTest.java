package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.dispatch.FairQueue.Waiting;
import io.vertebra.messaging.Criticality;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairQueueTest {
  private final FairQueue<String> queue = new FairQueue<>(false);
  private long clock;

  private Waiting<String> add(String item, String caller, Criticality criticality) {
    Waiting<String> waiting =
        new Waiting<>(item, caller, criticality.rank() * Priority.COHORTS, 10, clock++);
    queue.add(waiting);
    return waiting;
  }

  private Waiting<String> add(String item, String caller) {
    return add(item, caller, Criticality.CRITICAL);
  }

  private List<String> pollAll(boolean newestFirst) {
    List<String> order = new ArrayList<>();
    for (Waiting<String> next = queue.poll(newestFirst);
        next != null;
        next = queue.poll(newestFirst)) {
      order.add(next.item);
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
    FairQueue<String> ordered = new FairQueue<>(true);
    ordered.add(new Waiting<>("low", "a", Priority.LOWEST, 0, 1));
    ordered.add(new Waiting<>("high", "b", 0, 0, 2));

    assertThat(ordered.leastImportant(0, "b")).isNull();
    assertThat(ordered.poll(true).item).isEqualTo("low");
    assertThat(ordered.poll(true).item).isEqualTo("high");
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
