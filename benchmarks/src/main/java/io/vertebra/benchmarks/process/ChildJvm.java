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
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A JVM that runs another main class of the same class path. What it {@linkplain ParentLine says} goes
 * to a listener, on a thread of its own; what else it prints goes to this process's standard error.
 */
public final class ChildJvm implements AutoCloseable {
  private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();
  private static final int HEAP_MEGABYTES = 512;
  private static final long END_SECONDS = 30;

  static {
    // SIGKILL, since a stopped child hears nothing else.
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> STARTED.forEach(Process::destroyForcibly)));
  }

  private final Process process;
  private final PrintStream toChild;

  private ChildJvm(Process process, Consumer<String> listener) {
    this.process = process;
    this.toChild = new PrintStream(process.getOutputStream(), true, UTF_8);
    Thread reader = new Thread(() -> read(listener), "child-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a child. */
  public static ChildJvm start(Class<?> main, List<String> arguments, Consumer<String> listener) {
    return start(HEAP_MEGABYTES, main, arguments, listener);
  }

  /** Starts a child with so much heap, which ends when that is used up. */
  public static ChildJvm start(
      int megabytes, Class<?> main, List<String> arguments, Consumer<String> listener) {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx" + megabytes + "m",
        "-XX:+ExitOnOutOfMemoryError",
        "-cp",
        System.getProperty("java.class.path"),
        main.getName()));
    command.addAll(arguments);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
      STARTED.add(process);
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

  /** Whether it has not ended. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Says a line to it. */
  public void say(String line) {
    toChild.println(line);
  }

  /** Ends it with SIGKILL. */
  public void kill() {
    process.destroyForcibly();
  }

  /** Waits until it has ended; not for long, since it has been told to. */
  public void awaitEnd() {
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "process " + pid() + " has not ended within " + END_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Ends it. */
  @Override
  public void close() {
    kill();
  }
}
