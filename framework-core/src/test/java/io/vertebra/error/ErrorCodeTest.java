package io.vertebra.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
  private static final Path PAGE = Path.of("../docs/reference/errors.md");
  private static final Pattern ENTRY =
      Pattern.compile("(?m)^### (VTB-\\d+) ([A-Z_]+)\\n(?s:(.*?))(?=\\n##|\\nSee also|\\z)");

  private record Entry(String id, String name, String text) {}

  private static List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    Matcher matcher = ENTRY.matcher(Files.readString(PAGE));
    while (matcher.find()) {
      entries.add(new Entry(matcher.group(1), matcher.group(2), matcher.group(3)));
    }
    return entries;
  }

  @Test
  void the_reference_page_has_one_entry_for_each_code_in_order() throws IOException {
    assertThat(entries().stream().map(entry -> entry.id + " " + entry.name))
        .containsExactlyElementsOf(Arrays.stream(ErrorCode.values())
            .map(code -> code.id() + " " + code.name())
            .toList());
  }

  @Test
  void each_entry_says_what_happened_what_it_means_and_what_to_do() throws IOException {
    for (Entry entry : entries()) {
      ErrorCode code = ErrorCode.valueOf(entry.name);
      assertThat(entry.text)
          .as(entry.id)
          .contains("Retryable: " + (code.isRetryable() ? "yes" : "no"))
          .contains("May have run: " + (code.mayHaveRun() ? "yes" : "no"))
          .containsSubsequence(
              "- **What happened:** ", "- **What it means:** ", "- **What to do:** ");
    }
  }

  @Test
  void numbers_are_unique_and_find_their_code() {
    assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::number))
        .doesNotHaveDuplicates()
        .isSorted();
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(ErrorCode.find(code.number())).isSameAs(code);
      assertThat(code.id()).isEqualTo("VTB-" + code.number());
    }
    assertThat(ErrorCode.find(1)).isNull();
  }
}
