package io.vertebra.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real PostgreSQL server on loopback, from Maven artifacts, without Docker and without
 * installation.
 *
 * <p>The server is a process of its own that outlives the JVM that started it. Its folder says
 * whether it runs: starting on a folder whose server still runs, because the JVM before was killed,
 * attaches to it; starting on one whose server died recovers what was committed. User is {@code
 * postgres} without a password, the database is {@code postgres}.
 *
 * <p>Methods block and may be called from any thread, but not from an event loop. Failures are {@link
 * UncheckedIOException} with what the server said.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final String LOG = "server.log";
  private static final String DISK = "disk";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  // Where postmaster.pid has what.
  private static final int PORT_LINE = 3;
  private static final int STATUS_LINE = 7;

  private final PostgresBinaries binaries;
  private final Path folder;
  private final Path data;
  private final List<String> settings;
  private final boolean isTemporary;
  private final int diskMegabytes;
  private final int port;
  private final Thread stopAtExit = new Thread(this::closeQuietly, "embedded-postgres-stop");

  private EmbeddedPostgres(
      Path folder, List<String> settings, boolean isTemporary, int diskMegabytes)
      throws IOException {
    this.binaries = PostgresBinaries.unpacked();
    this.folder = folder;
    this.data = folder.resolve("data");
    this.settings = settings;
    this.isTemporary = isTemporary;
    this.diskMegabytes = diskMegabytes;
    initialize();
    this.port = attachOrLaunch();
    if (isTemporary) {
      Runtime.getRuntime().addShutdownHook(stopAtExit);
    }
  }

  /**
   * Starts the server of a folder, or attaches to it if it runs. The folder is made if it is not
   * there. Nothing stops the server but {@link #stop()}: {@link #close()} leaves it running.
   *
   * @param settings such as {@code shared_buffers=256MB}; they count when the server is started, not
   *     when one is found running
   */
  public static EmbeddedPostgres start(Path folder, String... settings) {
    return start(folder, settings, false, 0);
  }

  /**
   * Starts a server on a new folder under the system's folder for temporary files. {@link #close()},
   * or the end of the JVM, stops it and deletes the folder.
   */
  public static EmbeddedPostgres startTemporary(String... settings) {
    try {
      return start(Files.createTempDirectory("vertebra-postgres"), settings, true, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The same with a small {@link #disk()}, for tests of what happens when it is full. Needs Linux with
   * user namespaces. The disk is empty each time the server is started.
   */
  public static EmbeddedPostgres startTemporaryWithDisk(int megabytes, String... settings) {
    if (megabytes < 1) {
      throw new IllegalArgumentException("a disk has at least 1 MB: " + megabytes);
    }
    try {
      Path folder = Files.createTempDirectory("vertebra-postgres");
      Files.createDirectory(folder.resolve(DISK));
      return start(folder, settings, true, megabytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EmbeddedPostgres start(
      Path folder, String[] settings, boolean isTemporary, int diskMegabytes) {
    Objects.requireNonNull(folder);
    try {
      return new EmbeddedPostgres(
          folder.toAbsolutePath(), List.of(settings), isTemporary, diskMegabytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where to connect: {@code postgresql://postgres@127.0.0.1:port/postgres}. The same after a restart. */
  public String uri() {
    return "postgresql://postgres@127.0.0.1:" + port + "/postgres";
  }

  /** Where its data and its log ({@code server.log}) are. */
  public Path folder() {
    return folder;
  }

  /** Where a tablespace can be made on a small disk that only the server sees; only for a server that was started with one. */
  public Path disk() {
    if (diskMegabytes == 0) {
      throw new IllegalStateException("the server of " + data + " was started without a disk");
    }
    return folder.resolve(DISK);
  }

  /** The port it listens on. */
  public int port() {
    return port;
  }

  /** Whether the server runs. */
  public boolean isRunning() {
    return lines().stream()
            .limit(1)
            .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid.trim())).stream())
            .anyMatch(ProcessHandle::isAlive)
        && binaries.run(folder, "pg_ctl", "status", "-D", data.toString()).isSuccess();
  }

  /** The process id of the server, for signals; fails if it does not run. */
  public long pid() {
    return lines().stream()
        .findFirst()
        .map(pid -> Long.parseLong(pid.trim()))
        .orElseThrow(() -> new IllegalStateException("the server of " + data + " does not run"));
  }

  /** Stops the server; open connections are cut, committed work is kept. Does nothing if it does not run. */
  public void stop() {
    if (isRunning()) {
      binaries
          .run(folder, "pg_ctl", "stop", "-D", data.toString(), "-m", "fast", "-w", "-t", "60")
          .orThrow("cannot stop the server");
    }
  }

  /** Kills the server as a crash would; committed work is kept. Does nothing if it does not run. */
  public void kill() {
    if (isRunning()) {
      ProcessHandle server = ProcessHandle.of(pid()).orElseThrow();
      List<ProcessHandle> children = server.children().toList();
      server.destroyForcibly();
      awaitEnd(server);
      children.forEach(EmbeddedPostgres::awaitEnd);
    }
  }

  /** Starts the server again on the same port, after {@link #stop()} or {@link #kill()}. */
  public void restart() {
    stop();
    try {
      launch(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops a temporary server and deletes its folder; leaves any other running. */
  @Override
  public void close() {
    if (isTemporary) {
      try {
        Runtime.getRuntime().removeShutdownHook(stopAtExit);
      } catch (IllegalStateException endsAlready) {
        // the hook will do it
        return;
      }
      closeQuietly();
    }
  }

  private void closeQuietly() {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whoever is killed on the way leaves a folder that is not in use, and perhaps a program that still fills it. */
  private void initialize() throws IOException {
    Files.createDirectories(folder);
    if (Files.exists(data.resolve("PG_VERSION"))) {
      return;
    }
    Path fresh = Files.createTempDirectory(folder, "data-");
    binaries
        .run(
            folder,
            "initdb",
            "-D",
            fresh.toString(),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync")
        .orThrow("cannot set up " + fresh);
    Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
  }

  private int attachOrLaunch() throws IOException {
    while (true) {
      int running = portOfRunning();
      if (running > 0) {
        return running;
      }
      try {
        return launch(FreePorts.one());
      } catch (UncheckedIOException e) {
        // What a process that was killed has begun may have been quicker.
        if (!isRunning()) {
          throw e;
        }
      }
    }
  }

  /** The port of the server if there is one, which may still be on its way up, or on its way down; otherwise 0. */
  private int portOfRunning() throws IOException {
    long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
    while (isRunning()) {
      List<String> lines = lines();
      if (lines.size() > STATUS_LINE && lines.get(STATUS_LINE).startsWith("ready")) {
        return Integer.parseInt(lines.get(PORT_LINE).trim());
      }
      if (System.nanoTime() > giveUpAt) {
        throw new IOException("the server of " + data + " runs, but does not get ready: " + lines);
      }
      pause();
    }
    return 0;
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a server gets ready", e);
    }
  }

  private int launch(int onPort) throws IOException {
    List<String> options = new ArrayList<>();
    options.add("-p " + onPort);
    options.add("-c listen_addresses=127.0.0.1");
    options.add("-c unix_socket_directories=");
    options.add("-c max_connections=200");
    settings.forEach(setting -> options.add("-c " + setting));
    Path log = folder.resolve(LOG);
    String[] start = {
      "start",
      "-D",
      data.toString(),
      "-l",
      log.toString(),
      "-w",
      "-t",
      "60",
      "-o",
      String.join(" ", options)
    };
    PostgresBinaries.Result result = diskMegabytes == 0
        ? binaries.run(folder, "pg_ctl", start)
        : binaries.runWithDisk(folder.resolve(DISK), diskMegabytes, folder, "pg_ctl", start);
    if (!result.isSuccess() && Files.exists(log)) {
      result = result.withOutput(Files.readString(log));
    }
    result.orThrow("cannot start the server of " + data);
    return onPort;
  }

  private Path pidFile() {
    return data.resolve("postmaster.pid");
  }

  /** What the server says of itself; nothing if it is not there. */
  private List<String> lines() {
    try {
      return Files.readAllLines(pidFile());
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitEnd(ProcessHandle process) {
    process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
  }
}
