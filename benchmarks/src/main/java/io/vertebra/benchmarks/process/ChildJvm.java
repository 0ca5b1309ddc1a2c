package io.vertebra.benchmarks.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A JVM that runs another main class of the same class path. What it {@linkplain ParentLine says} goes
 * to a listener, on a thread of its own; what else it prints goes to this process's standard error.
 */
public final class ChildJvm implements AutoCloseable {
  private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();
  private static final long LAST_WORDS_MILLIS = 2_000;

  static {
    // SIGKILL, since a stopped child hears nothing else.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly)));
  }

  private final Process process;
  private final PrintStream toChild;
  private final Thread reader;

  private ChildJvm(Process process, Consumer<String> listener) {
    this.process = process;
    this.toChild = new PrintStream(process.getOutputStream(), true, UTF_8);
    this.reader = new Thread(() -> read(listener), "child-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a child. */
  public static ChildJvm start(Class<?> main, List<String> arguments, Consumer<String> listener) {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx512m",
        "-cp",
        System.getProperty("java.class.path"),
        main.getName()));
    command.addAll(arguments);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
      ALIVE.add(process);
      process.onExit().thenRun(() -> ALIVE.remove(process));
      return new ChildJvm(process, listener);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(Consumer<String> listener) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(ParentLine.MARK)) {
          listener.accept(line.substring(ParentLine.MARK.length()));
        } else {
          System.err.println(line);
        }
      }
    } catch (IOException e) {
      if (process.isAlive()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Says a line to it. */
  public void say(String line) {
    toChild.println(line);
  }

  /** Ends it with SIGKILL. */
  public void kill() {
    process.destroyForcibly();
  }

  /** Waits until it has ended, and until its last line has been heard. */
  public void awaitEnd() throws InterruptedException {
    process.waitFor();
    reader.join(LAST_WORDS_MILLIS);
  }

  /** Ends it. */
  @Override
  public void close() {
    kill();
  }
}
