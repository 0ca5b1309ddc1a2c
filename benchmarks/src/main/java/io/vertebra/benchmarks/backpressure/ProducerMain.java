package io.vertebra.benchmarks.backpressure;

import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.cluster.OurCluster;
import io.vertebra.benchmarks.guard.Busy;
import io.vertebra.benchmarks.process.ParentLine;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.process.Pause;
import io.vertebra.benchmarks.process.Quiet;
import io.vertebra.benchmarks.raw.RawCluster;
import io.vertebra.cluster.ClusterNode;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.MessageWriter;
import io.vertebra.wire.Format;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;

/**
 * Main class of the JVM that produces, {@code ours|bare messages membership}. Ours says {@code result}
 * with the consumer's speed in a closed loop before and after, the seconds that all messages took, and
 * how many of them were answered and failed; the peer says {@code sent}.
 */
final class ProducerMain {
  private static final int IN_FLIGHT = 64;
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration CALIBRATION = Duration.ofSeconds(5);

  private ProducerMain() {}

  /** Produces, and waits for the parent to go. */
  public static void main(String[] args) {
    Quiet.logging();
    Promise<Void> go = Promise.promise();
    ParentLine.listen(line -> go.complete());
    long messages = Long.parseLong(args[1]);
    Membership own = Membership.parse(args[2]);
    if (args[0].equals("ours")) {
      ClusterNode node = Patience.await(OurCluster.start(own, Format.JSON));
      ParentLine.say("ready");
      Patience.await(go.future());
      ours(node, messages);
    } else {
      Vertx vertx = Patience.await(
          RawCluster.start(new VertxOptions(), own.cluster(), own.port(), own.ports()));
      ParentLine.say("ready");
      Patience.await(go.future());
      bare(vertx, messages);
    }
  }

  private static void ours(ClusterNode node, long messages) {
    Context context = node.vertx().getOrCreateContext();
    double before = consumerSpeed(node, context);
    Feed feed = new Feed(node, messages);
    context.runOnContext(start -> feed.begin());
    feed.done.future().onSuccess(nanos -> {
      // Closed loops wait for their calls, which no event loop may do.
      new Thread(
              () -> {
                double after = consumerSpeed(node, context);
                ParentLine.say(String.join(
                    " ",
                    "result",
                    String.valueOf((before + after) / 2),
                    String.valueOf(nanos / 1e9),
                    String.valueOf(feed.answered),
                    String.valueOf(feed.failed)));
              },
              "calibration")
          .start();
    });
  }

  private static double consumerSpeed(ClusterNode node, Context context) {
    Busy busy =
        Busy.start(context, () -> node.bus().request(Parcels.STORE, Parcels.parcel(1)), IN_FLIGHT);
    Pause.of(WARM_UP);
    double perSecond = busy.perSecond(CALIBRATION);
    busy.stop();
    return perSecond;
  }

  /** Writes whenever there is room. */
  private static final class Feed {
    private final ClusterNode node;
    private final long messages;
    private final Promise<Long> done = Promise.promise();
    private long written;
    private long answered;
    private long failed;

    Feed(ClusterNode node, long messages) {
      this.node = node;
      this.messages = messages;
    }

    void begin() {
      long start = System.nanoTime();
      MessageWriter<Parcels.Parcel, Parcels.Stored> writer =
          node.bus().writer(Parcels.STORE, CallOptions.defaults());
      writer.drainHandler(room -> write(writer, start));
      write(writer, start);
    }

    private void write(MessageWriter<Parcels.Parcel, Parcels.Stored> writer, long start) {
      while (written < messages && !writer.writeQueueFull()) {
        writer.send(Parcels.parcel(++written)).onComplete(ok -> answered++, failure -> failed++);
      }
      if (written == messages) {
        writer.drainHandler(null);
        writer.end().onSuccess(all -> done.complete(System.nanoTime() - start));
      }
    }
  }

  private static void bare(Vertx vertx, long messages) {
    Buffer parcel = Buffer.buffer(Parcels.PARCEL);
    for (long i = 0; i < messages; i++) {
      vertx.eventBus().send(Parcels.ADDRESS, parcel);
    }
    ParentLine.say("sent");
  }
}
