package io.vertebra.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process that runs {@link ShopNode}. */
final class ShopProcess {
  private final Process process;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  private ShopProcess(Process process) {
    this.process = process;
    Thread reader = new Thread(this::read, "output-of-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts one. The database's URI, which may hold a password, is told where others do not see it. */
  static ShopProcess start(String database, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx256m",
        // Short-lived processes that share a machine are better off without much compiling.
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        System.getProperty("java.class.path"),
        ShopNode.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put(ShopNode.DATABASE, database);
    try {
      return new ShopProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(ShopNode.READY)) {
          ready.complete(null);
        } else {
          System.err.println(line);
        }
      }
    } catch (IOException ended) {
      // like the end of the stream
    }
    ready.completeExceptionally(new IOException("A node ended before it was ready"));
  }

  /** Whether it was started completely and has not ended. */
  boolean isReady() {
    return process.isAlive() && ready.isDone() && !ready.isCompletedExceptionally();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until its services are there. */
  void awaitReady() {
    try {
      ready.get(2, TimeUnit.MINUTES);
    } catch (ExecutionException | TimeoutException e) {
      throw new UncheckedIOException(new IOException("A node does not start", e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted while a node starts", e));
    }
  }

  /** Ends it at once; returns when it has ended. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Tells it to finish what it does and to end. */
  void tellToEnd() {
    try {
      process.getOutputStream().write('\n');
      process.getOutputStream().close();
    } catch (IOException e) {
      // it has ended already
    }
  }

  /** Waits for its end, not for ever. */
  void awaitEnd() {
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
    }
  }
}
