package io.vertebra.benchmarks.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.function.Consumer;

/** A child's end of the line to its parent. */
public final class ParentLine {
  static final String MARK = "@ ";

  private ParentLine() {}

  /** Says a line to the parent. */
  public static void say(String line) {
    System.out.println(MARK + line);
  }

  /** Hears what the parent says, on a thread of its own; ends this process when the parent is gone. */
  public static void listen(Consumer<String> listener) {
    Thread thread = new Thread(() -> read(listener), "parent-line");
    thread.setDaemon(true);
    thread.start();
  }

  private static void read(Consumer<String> listener) {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        listener.accept(line);
      }
    } catch (IOException e) {
      // The parent is gone, which is what the next line is for.
    }
    Runtime.getRuntime().halt(0);
  }
}
