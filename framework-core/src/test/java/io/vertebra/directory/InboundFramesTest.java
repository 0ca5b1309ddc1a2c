package io.vertebra.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.directory.InboundFrames.Loss;
import org.junit.jupiter.api.Test;

class InboundFramesTest {
  private final InboundFrames frames = new InboundFrames();

  @Test
  void takes_frames_in_order_without_a_loss() {
    assertThat(frames.accept(3, 1)).isTrue();
    assertThat(frames.accept(3, 2)).isTrue();
    assertThat(frames.loss()).isNull();
    assertThat(frames.epoch()).isEqualTo(3);
    assertThat(frames.frame()).isEqualTo(2);
  }

  @Test
  void names_the_frames_missing_before_one_and_never_takes_them_later() {
    frames.accept(1, 1);

    assertThat(frames.accept(1, 5)).isTrue();
    assertThat(frames.loss()).isEqualTo(new Loss(1, 2, 1, 4));
    assertThat(frames.accept(1, 3)).isFalse();
    assertThat(frames.accept(1, 5)).isFalse();
    assertThat(frames.accept(1, 6)).isTrue();
    assertThat(frames.loss()).isNull();
  }

  @Test
  void gives_up_what_an_old_link_still_had_under_way() {
    frames.accept(1, 8);

    assertThat(frames.accept(3, 2)).isTrue();
    assertThat(frames.loss()).isEqualTo(new Loss(1, 9, 3, 1));
    assertThat(frames.accept(1, 9)).isFalse();
    assertThat(frames.accept(2, 1)).isFalse();
  }

  @Test
  void says_nothing_about_frames_before_the_first_it_saw() {
    assertThat(frames.accept(4, 17)).isTrue();
    assertThat(frames.loss()).isNull();
    assertThat(frames.accept(4, 16)).isFalse();
  }
}
