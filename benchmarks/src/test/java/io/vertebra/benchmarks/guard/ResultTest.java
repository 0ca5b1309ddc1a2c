package io.vertebra.benchmarks.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResultTest {

  @Test
  void a_target_is_met_at_its_very_value() {
    assertThat(Result.of("b", "c").ours(0.97).atLeast(0.97).toString())
        .isEqualTo("RESULT b case=c ours=0.9700 target=0.9700 met=true");
    assertThat(Result.of("b", "c").ours(150).atMost(150).toString()).contains("met=true");
  }

  @Test
  void a_target_is_missed_on_the_wrong_side() {
    assertThat(Result.of("b", "c").ours(0.96).atLeast(0.97).toString()).contains("met=false");
    assertThat(Result.of("b", "c").ours(151).atMost(150).toString()).contains("met=false");
  }

  @Test
  void each_peer_is_named() {
    assertThat(Result.of("b", "c")
            .ours(1)
            .peer("bare", 12.345)
            .peer("other", "never")
            .toString())
        .isEqualTo("RESULT b case=c ours=1 peer=bare:12.35 peer=other:never");
  }
}
