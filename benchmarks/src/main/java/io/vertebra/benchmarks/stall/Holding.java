package io.vertebra.benchmarks.stall;

import io.vertebra.benchmarks.guard.Work;
import io.vertebra.benchmarks.process.Pause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;

/** One way to hold up a thread for a while; prepared by another thread, then done once. */
final class Holding {
  // The back reference keeps the matcher from remembering where it has been.
  private static final Pattern EXPLODES = Pattern.compile("(a+)+\\1b");
  private static final int LETTERS = 64;

  private final Kind kind;
  private final long nanos;
  private final CountDownLatch begun = new CountDownLatch(1);
  private final Object lock = new Object();
  private volatile int port;

  private Holding(Kind kind, long nanos) {
    this.kind = kind;
    this.nanos = nanos;
  }

  /** Prepares all that it takes, such as a thread that has the lock. */
  static Holding prepare(Kind kind, long nanos) {
    Holding holding = new Holding(kind, nanos);
    switch (kind) {
      case LOCK -> holding.startWith(holding::haveLock);
      case SOCKET -> holding.startWith(holding::answerLate);
      default -> {}
    }
    return holding;
  }

  private interface Helper {
    void run(CountDownLatch ready) throws IOException, InterruptedException;
  }

  private void startWith(Helper helper) {
    CountDownLatch ready = new CountDownLatch(1);
    Thread thread = new Thread(
        () -> {
          try {
            helper.run(ready);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        },
        "holding");
    thread.setDaemon(true);
    thread.start();
    try {
      ready.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void haveLock(CountDownLatch ready) throws InterruptedException {
    synchronized (lock) {
      ready.countDown();
      begun.await();
      Thread.sleep(nanos / 1_000_000);
    }
  }

  private void answerLate(CountDownLatch ready) throws IOException, InterruptedException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = server.getLocalPort();
      ready.countDown();
      try (Socket accepted = server.accept()) {
        begun.await();
        Thread.sleep(nanos / 1_000_000);
        accepted.getOutputStream().write(1);
      }
    }
  }

  /** Holds up the current thread. */
  void hold() {
    begun.countDown();
    switch (kind) {
      case SPIN -> Work.compute(nanos);
      case SLEEP -> Pause.millis(nanos / 1_000_000);
      case LOCK -> {
        synchronized (lock) {
          Thread.onSpinWait();
        }
      }
      case REGEX -> explode();
      case SOCKET -> read();
    }
  }

  private void explode() {
    try {
      EXPLODES.matcher(new Letters(System.nanoTime() + nanos)).matches();
    } catch (TimeIsUpException enough) {
      // It would go on for years.
    }
  }

  private void read() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getInputStream().read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Many times the same letter, until that instant. */
  private record Letters(long end) implements CharSequence {
    @Override
    public int length() {
      return LETTERS;
    }

    @Override
    public char charAt(int index) {
      if (System.nanoTime() - end >= 0) {
        throw new TimeIsUpException();
      }
      return 'a';
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      throw new UnsupportedOperationException();
    }
  }

  private static final class TimeIsUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TimeIsUpException() {
      super("time is up", null, false, false);
    }
  }
}
