package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendWindowTest {
  private final SendWindow window = new SendWindow();

  @Test
  void it_grows_by_one_for_every_window_of_replies() {
    for (int i = 0; i < SendWindow.FIRST; i++) {
      window.taken(SendWindow.FIRST);
    }
    assertThat(window.size()).isEqualTo(SendWindow.FIRST + 1);
    for (int i = 0; i < 2_000_000; i++) {
      window.taken(window.size());
    }
    assertThat(window.size()).isEqualTo(SendWindow.MOST);
  }

  @Test
  void replies_say_nothing_while_the_producer_is_slow() {
    for (int i = 0; i < 1_000; i++) {
      window.taken(SendWindow.FIRST - 1);
    }
    assertThat(window.size()).isEqualTo(SendWindow.FIRST);
  }

  @Test
  void refusals_of_what_was_sent_before_it_was_halved_do_not_halve_it_again() {
    long first = window.send();
    long second = window.send();
    window.refused(second);
    assertThat(window.size()).isEqualTo(SendWindow.FIRST / 2);
    window.refused(first);
    assertThat(window.size()).isEqualTo(SendWindow.FIRST / 2);
    window.refused(window.send());
    assertThat(window.size()).isEqualTo(SendWindow.FIRST / 4);
  }

  @Test
  void it_never_closes() {
    for (int i = 0; i < 100; i++) {
      window.refused(window.send());
    }
    assertThat(window.size()).isEqualTo(1);
    assertThat(window.isSmallest()).isTrue();
  }
}
