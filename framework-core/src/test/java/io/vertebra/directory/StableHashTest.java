package io.vertebra.directory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StableHashTest {
  @Test
  void hashes_the_same_in_every_release() {
    assertThat(StableHash.hash("vertebra")).isEqualTo(StableHash.mix(0xf33f908a66f6d03cL));
  }
}
