package io.vertebra.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class QuickstartTest {

  @Test
  void prints_what_its_readme_says() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    String expected = readme.substring(readme.indexOf("```text\n") + 8, readme.lastIndexOf("```"));

    PrintStream terminal = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, UTF_8));
    try {
      Quickstart.main(new String[0]);
    } finally {
      System.setOut(terminal);
    }

    assertThat(printed.toString(UTF_8)).isEqualToNormalizingNewlines(expected);
  }
}
