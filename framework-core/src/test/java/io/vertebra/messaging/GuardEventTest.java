package io.vertebra.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class GuardEventTest {
  private static final Path PAGE = Path.of("../docs/reference/guard-events.md");
  private static final Pattern KIND = Pattern.compile("(?m)^\\| `([A-Z]+)` \\|");

  @Test
  void the_reference_page_has_every_kind_in_order() throws IOException {
    assertThat(
            KIND.matcher(Files.readString(PAGE)).results().map((MatchResult row) -> row.group(1)))
        .containsExactlyElementsOf(
            Arrays.stream(GuardEvent.Kind.values()).map(Enum::name).toList());
  }
}
