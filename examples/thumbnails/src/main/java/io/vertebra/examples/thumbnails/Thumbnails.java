package io.vertebra.examples.thumbnails;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.examples.thumbnails.Images.Describe;
import io.vertebra.examples.thumbnails.Images.Scale;
import io.vertebra.examples.thumbnails.Images.Thumbnail;
import io.vertebra.limit.CpuOptions;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Makes thumbnails on the event loop and then on the CPU pool, while small requests are measured. */
public final class Thumbnails {
  private static final int PICTURES = 4;
  private static final int IN_FLIGHT = 4;
  private static final int THUMBNAIL_WIDTH = 160;
  private static final int BURST = 64;
  private static final int WARM_UP = 2_000;
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofMinutes(1));

  private final Map<String, byte[]> pictures = new TreeMap<>();
  private final int count;
  private final PrintStream out;

  private Thumbnails(int count, PrintStream out) throws IOException {
    this.count = count;
    this.out = out;
    for (int i = 0; i < PICTURES; i++) {
      pictures.put("chair-" + i, Pictures.paint(i, 1600, 1200));
    }
  }

  /** Runs it; exits with 1 unless each thumbnail was made or refused as it should. */
  public static void main(String[] args) throws IOException {
    System.exit(run(120, System.out) ? 0 : 1);
  }

  static boolean run(int count, PrintStream out) throws IOException {
    System.setProperty("java.awt.headless", "true");
    Thumbnails thumbnails = new Thumbnails(count, out);
    double off = thumbnails.measure(false);
    double on = thumbnails.measure(true);
    out.printf(
        Locale.ROOT,
        "RESULT thumbnails small_p99_off_ms=%.2f small_p99_on_ms=%.2f ratio=%.0f%n",
        off,
        on,
        off / on);
    return thumbnails.burst();
  }

  /** The 99th percentile of small requests beside thumbnails, in milliseconds. */
  private double measure(boolean isGuarded) {
    Vertx vertx = Vertx.vertx();
    try {
      // 1. A service of one instance, so that all it does is done on one event loop.
      Node node = node(vertx, isGuarded);
      for (int i = 0; i < WARM_UP; i++) { // the first calls of a process load classes
        node.bus().request(Images.DESCRIBE, new Describe("chair-0")).await();
      }

      // 2. Small requests at a fixed rate, and thumbnails: four are always in the making.
      Context caller = vertx.getOrCreateContext();
      SmallRequests small = SmallRequests.start(node.bus(), caller, "chair-0");
      List<Future<Integer>> chains = new ArrayList<>();
      for (int i = 0; i < IN_FLIGHT; i++) {
        chains.add(chain(node, i, 0));
      }
      Future.all(chains).await();
      int made = chains.stream().mapToInt(Future::result).sum();

      // 3. How long the small ones took.
      List<Long> nanos = new ArrayList<>(small.stop().await());
      nanos.sort(null);
      double p99 = nanos.get((int) (nanos.size() * 0.99)) / 1e6;
      out.printf(
          Locale.ROOT,
          "guard %s: %d thumbnails, %d small requests, p99 %.2f ms%n",
          isGuarded ? "on" : "off",
          made,
          nanos.size(),
          p99);
      return p99;
    } finally {
      vertx.close().await();
    }
  }

  private Node node(Vertx vertx, boolean isGuarded) {
    // #region options
    CpuOptions cpu = CpuOptions.defaults()
        .withMaxWait(Duration.ofMinutes(1)) // work that would have to wait longer is refused
        .withQueue(8); // and so is the ninth that waits
    Node node = Node.create(vertx, NodeOptions.defaults().withCpu(cpu));
    // #endregion options
    node.deploy(() -> new ImageVerticle(pictures, isGuarded)).await();
    return node;
  }

  /** Each IN_FLIGHT-th thumbnail, one after the other; completes with how many were made. */
  private Future<Integer> chain(Node node, int number, int made) {
    if (number >= count) {
      return Future.succeededFuture(made);
    }
    return thumbnail(node, number).compose(done -> chain(node, number + IN_FLIGHT, made + 1));
  }

  private static Future<Thumbnail> thumbnail(Node node, int number) {
    Scale order = new Scale("chair-" + number % PICTURES, THUMBNAIL_WIDTH);
    return node.bus().request(Images.THUMBNAIL, order, PATIENT);
  }

  /** What is too much is refused at once, with a code that says so; whether all is accounted for. */
  private boolean burst() {
    Vertx vertx = Vertx.vertx();
    try {
      // 4. More at once than may wait.
      Node node = node(vertx, true);
      List<Future<Thumbnail>> answers = Stream.iterate(0, number -> number + 1)
          .limit(BURST)
          .map(number -> thumbnail(node, number))
          .toList();
      Future.join(answers).otherwiseEmpty().await();
      long made = answers.stream().filter(Future::succeeded).count();
      long refused = answers.stream().filter(Thumbnails::isRefused).count();
      boolean isSound = made > 0 && refused > 0 && made + refused == BURST;
      out.println("a burst of " + BURST + ": " + (isSound ? "each" : "not each")
          + " made or refused as OVERLOADED");
      return isSound;
    } finally {
      vertx.close().await();
    }
  }

  private static boolean isRefused(Future<?> answer) {
    return answer.cause() instanceof VertebraException failure
        && failure.code() == ErrorCode.OVERLOADED;
  }
}
