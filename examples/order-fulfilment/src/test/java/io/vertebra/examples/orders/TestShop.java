package io.vertebra.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The program in a process of its own. */
final class TestShop {
  private final Process process;
  private final BufferedReader lines;

  private TestShop(Process process) {
    this.process = process;
    this.lines = process.inputReader(UTF_8);
  }

  static TestShop launch(String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        OrderFulfilment.class.getName()));
    command.addAll(List.of(args));
    return new TestShop(new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start());
  }

  /** Reads up to a line that starts so. */
  String awaitLine(String start) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(start)) {
        return line;
      }
    }
    throw new AssertionError("The process ended without a line that starts with: " + start);
  }

  /** Its nodes. */
  List<ProcessHandle> children() {
    return process.descendants().toList();
  }

  /** Ends it and its nodes as a crash would. */
  void kill() throws Exception {
    List<ProcessHandle> all =
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    process.destroyForcibly();
    for (ProcessHandle each : all) {
      each.onExit().get(60, TimeUnit.SECONDS);
    }
  }

  /** Tells it to end. */
  void tellToEnd() {
    process.destroy();
  }

  /** Waits for its end; answers how it ended. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("The process does not end");
    }
    return process.exitValue();
  }
}
