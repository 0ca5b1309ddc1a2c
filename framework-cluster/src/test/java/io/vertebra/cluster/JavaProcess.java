package io.vertebra.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Another JVM with the class path of the tests; it ends with the test. */
public final class JavaProcess implements AutoCloseable {
  private static final String LOGGING = "java.util.logging.config.file";

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private JavaProcess(Process process) {
    this.process = process;
  }

  public static JavaProcess start(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String logging = System.getProperty(LOGGING);
    if (logging != null) {
      command.add("-D" + LOGGING + "=" + logging);
    }
    command.addAll(
        List.of("-Xmx256m", "-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    JavaProcess started =
        new JavaProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    Thread reader = new Thread(started::readLines, "output of " + main.getSimpleName());
    reader.setDaemon(true);
    reader.start();
    return started;
  }

  private void readLines() {
    try (BufferedReader output = new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
    } catch (IOException closed) {
      lines.add("output ended: " + closed);
    }
  }

  /** Waits for a line that begins so, and returns the rest of it. */
  public String await(String prefix) throws InterruptedException {
    List<String> seen = new ArrayList<>();
    while (true) {
      String line = lines.poll(60, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError(
            "no line '" + prefix + "' within 60 s, only: " + String.join("\n", seen));
      }
      if (line.startsWith(prefix)) {
        return line.substring(prefix.length());
      }
      seen.add(line);
    }
  }

  /** Says a line to the process. */
  public void tell(String line) throws IOException {
    process.outputWriter().write(line + "\n");
    process.outputWriter().flush();
  }

  /** Sends a signal, such as {@code KILL}, {@code STOP} or {@code CONT}. */
  public void signal(String name) throws IOException, InterruptedException {
    int result = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
        .inheritIO()
        .start()
        .waitFor();
    if (result != 0) {
      throw new IOException("kill -" + name + " answered " + result);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
