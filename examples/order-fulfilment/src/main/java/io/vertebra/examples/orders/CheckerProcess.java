package io.vertebra.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertebra.examples.orders.check.Checker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What the checker found in a folder, in a process of its own.
 *
 * @param problems it found
 * @param result its last line
 */
record CheckerProcess(List<String> problems, String result) {

  /** Runs it. Fails if it does not come to a result. */
  static CheckerProcess run(Path folder) throws IOException {
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Checker.class.getName(),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    if (lines.isEmpty() || !lines.get(lines.size() - 1).startsWith("RESULT ")) {
      throw new IOException("the checker came to no result: " + lines);
    }
    return new CheckerProcess(lines.subList(0, lines.size() - 1), lines.get(lines.size() - 1));
  }
}
