package io.vertebra.examples.orders.ledger;

import io.vertebra.test.EmbeddedPostgres;
import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The PostgreSQL server of the program: one in a folder of its own, or one that is there anyway. */
public final class Database implements AutoCloseable {
  private final String uri;
  private final String place;
  private final @Nullable EmbeddedPostgres server;
  private final @Nullable FileChannel lock;
  private final Thread exitHook = new Thread(this::stopAtExit, "stop");
  private volatile Runnable beforeStop = () -> {};

  private Database(
      String uri, String place, @Nullable EmbeddedPostgres server, @Nullable FileChannel lock) {
    this.uri = uri;
    this.place = place;
    this.server = server;
    this.lock = lock;
    Runtime.getRuntime().addShutdownHook(exitHook);
  }

  /** Somebody else's server, which is left alone. */
  public static Database at(String uri) {
    PgConnectOptions options = PgConnectOptions.fromUri(uri);
    return new Database(
        uri,
        "database " + options.getDatabase() + " at " + options.getHost() + ":" + options.getPort(),
        null,
        null);
  }

  /**
   * The server of a folder, which is made if it is not there. If the program was killed, the server may
   * still run, or it died as well and has to recover: both is fine. It is stopped by {@link #close()}
   * and at the end of the JVM.
   */
  public static Database in(Path folder) {
    FileChannel lock = lock(folder);
    EmbeddedPostgres server = EmbeddedPostgres.start(folder);
    return new Database(server.uri(), "data folder " + folder, server, lock);
  }

  /** Two programs would stop each other's server. The system lets go of the lock of a process that was killed. */
  private static FileChannel lock(Path folder) {
    try {
      Files.createDirectories(folder);
      FileChannel channel = FileChannel.open(
          folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel)) {
        return channel;
      }
      channel.close();
      throw new IOException(
          folder + " is in use by another order-fulfilment; end that one, or name another folder");
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException ofThisProcess) {
      return false;
    }
  }

  /** Where to connect. */
  public String uri() {
    return uri;
  }

  /** Where it is, in words without a password. */
  public String place() {
    return place;
  }

  /** Has {@code action} run before the server is stopped, also if that is at the end of the JVM. */
  public void beforeStop(Runnable action) {
    beforeStop = action;
  }

  /** Stops the server of a folder; what was committed stays there. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(exitHook);
    beforeStop.run();
    stop();
  }

  private void stopAtExit() {
    beforeStop.run();
    // The client prints each connection that is cut, and all are cut now.
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    stop();
  }

  private void stop() {
    try {
      if (server != null) {
        server.stop();
      }
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
