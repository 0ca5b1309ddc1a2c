package io.vertebra.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A real Redis server on loopback, by the {@code redis-server} on the PATH. It keeps nothing on disk
 * and ends with {@link #close()} or with the JVM; a JVM that is killed leaves it running.
 *
 * <p>Methods block and may be called from any thread, but not from an event loop.
 */
public final class EmbeddedRedis implements AutoCloseable {
  private final int port = FreePorts.one();
  private final Path folder;
  private Process process;
  private final Thread stopAtExit;

  private EmbeddedRedis() throws IOException {
    folder = Files.createTempDirectory("vertebra-redis");
    process = launch();
    stopAtExit = new Thread(() -> process.destroyForcibly(), "embedded-redis-stop");
    Runtime.getRuntime().addShutdownHook(stopAtExit);
  }

  /** Starts a server. Fails with {@link UncheckedIOException} if there is no {@code redis-server}. */
  public static EmbeddedRedis start() {
    try {
      return new EmbeddedRedis();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where to connect: {@code redis://127.0.0.1:port}. The same after a restart. */
  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  /** The process id of the server, for signals. */
  public long pid() {
    return process.pid();
  }

  /** Ends the server; what it held is lost. */
  public void stop() {
    process.destroyForcibly().onExit().orTimeout(60, TimeUnit.SECONDS).join();
  }

  /** Starts an empty server on the same port, after {@link #stop()}. */
  public void restart() {
    stop();
    try {
      process = launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    stop();
    Runtime.getRuntime().removeShutdownHook(stopAtExit);
  }

  private Process launch() throws IOException {
    Path log = folder.resolve("server.log");
    Process started;
    try {
      started = new ProcessBuilder(
              "redis-server",
              "--bind",
              "127.0.0.1",
              "--port",
              String.valueOf(port),
              "--save",
              "",
              "--appendonly",
              "no",
              "--dir",
              folder.toString())
          .redirectErrorStream(true)
          .redirectOutput(log.toFile())
          .start();
    } catch (IOException e) {
      throw new IOException("no redis-server on the PATH; install Redis 6 or newer", e);
    }
    while (!answers()) {
      if (!started.isAlive()) {
        throw new IOException("redis-server ended: " + Files.readString(log));
      }
      Thread.onSpinWait();
    }
    return started;
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read() == '+';
    } catch (IOException notYet) {
      return false;
    }
  }
}
