package io.vertebra.benchmarks.backpressure;

import io.vertebra.benchmarks.Arguments;
import io.vertebra.benchmarks.cluster.Membership;
import io.vertebra.benchmarks.guard.Result;
import io.vertebra.benchmarks.process.ChildJvm;
import io.vertebra.benchmarks.process.Patience;
import io.vertebra.benchmarks.process.Pause;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;

/**
 * A producer that writes as fast as it may, and a consumer in another JVM that takes 20 µs for each
 * message; both have 256 MB. What counts is that no message is unaccounted for, and how near all of
 * them together come to what the consumer does in a closed loop of 64 calls.
 */
public final class BackpressureLoad {
  private static final int HEAP_MEGABYTES = 256;
  private static final int MESSAGES = 10_000_000;
  private static final double TARGET = 0.98;
  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
  private static final int LOOKS_WITHOUT_NEWS = 5;

  private BackpressureLoad() {}

  /** {@code --messages N}, default 10^7. True if each message of ours had an outcome. */
  public static boolean run(Arguments arguments) {
    int messages = arguments.takeNumber("messages", MESSAGES);
    arguments.end();
    String[] ours = ours(messages);
    if (ours.length == 0) {
      Result.of("backpressure", messages + "-messages")
          .ours(0)
          .with("out_of_memory", true)
          .print();
      return false;
    }
    double consumer = Double.parseDouble(ours[1]);
    double perSecond = messages / Double.parseDouble(ours[2]);
    long answered = Long.parseLong(ours[3]);
    long failed = Long.parseLong(ours[4]);
    long unaccounted = messages - answered - failed;
    Result.of("backpressure", messages + "-messages")
        .ours(perSecond / consumer)
        .peer("bare", bare(messages))
        .atLeast(TARGET)
        .with("messages_per_s", perSecond)
        .with("consumer_per_s", consumer)
        .with("failed", failed)
        .with("unaccounted", unaccounted)
        .with("out_of_memory", false)
        .print();
    return unaccounted == 0;
  }

  /** Both sides, as they speak to this JVM. */
  private static final class Pair implements AutoCloseable {
    private final Promise<Void> consumerReady = Promise.promise();
    private final Promise<Void> producerReady = Promise.promise();
    private final Promise<String> result = Promise.promise();
    private final ChildJvm consumer;
    private final ChildJvm producer;
    private volatile long handled;

    Pair(String side, int messages) {
      List<Membership> members = Membership.cluster(2);
      consumer = ChildJvm.start(
          HEAP_MEGABYTES, ConsumerMain.class, List.of(side, members.get(0).text()), line -> {
            if (line.equals("ready")) {
              consumerReady.complete();
            } else {
              handled = Long.parseLong(line.substring(line.indexOf(' ') + 1));
            }
          });
      Patience.await(consumerReady.future());
      producer = ChildJvm.start(
          HEAP_MEGABYTES,
          ProducerMain.class,
          List.of(side, String.valueOf(messages), members.get(1).text()),
          line -> {
            if (line.equals("ready")) {
              producerReady.complete();
            } else {
              result.complete(line);
            }
          });
      Patience.await(producerReady.future());
      producer.say("go");
    }

    boolean isAlive() {
      return consumer.isAlive() && producer.isAlive();
    }

    @Override
    public void close() {
      producer.close();
      consumer.close();
    }
  }

  /** The words of the producer's result; none if one of the two has died. */
  private static String[] ours(int messages) {
    try (Pair pair = new Pair("ours", messages)) {
      while (pair.isAlive() && !pair.result.future().isComplete()) {
        Pause.of(LOOK_EVERY);
      }
      return pair.isAlive() ? pair.result.future().result().split(" ", -1) : new String[0];
    }
  }

  /** How the bare event bus ended, as one word. */
  private static String bare(int messages) {
    try (Pair pair = new Pair("bare", messages)) {
      long before = -1;
      int same = 0;
      while (pair.isAlive() && pair.handled < messages && same < LOOKS_WITHOUT_NEWS) {
        same = pair.handled == before ? same + 1 : 0;
        before = pair.handled;
        pair.consumer.say("how many");
        Pause.of(LOOK_EVERY);
      }
      String handled = "-handled-" + pair.handled + "-of-" + messages;
      return pair.isAlive() ? "alive" + handled : "out-of-memory" + handled;
    }
  }
}
