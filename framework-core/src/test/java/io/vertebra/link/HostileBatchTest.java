package io.vertebra.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.sun.management.ThreadMXBean;
import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.directory.Descriptor;
import io.vertebra.directory.Directory;
import io.vertebra.directory.DirectoryEffects;
import io.vertebra.directory.DirectoryMessage;
import io.vertebra.directory.DirectoryOptions;
import io.vertebra.directory.ServedContract;
import io.vertebra.directory.ServingState;
import io.vertebra.directory.Standing;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.EngineSettings;
import io.vertebra.dispatch.Envelope;
import io.vertebra.dispatch.Lane;
import io.vertebra.dispatch.Lanes;
import io.vertebra.dispatch.MessageId;
import io.vertebra.error.CallException;
import io.vertebra.gate.Gate;
import io.vertebra.limit.Limit;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.Criticality;
import io.vertebra.messaging.GuardEvent;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What comes in from other nodes may be anything: it is counted, skipped, and costs nothing lasting. */
class HostileBatchTest {
  record Ask(String text) {}

  record Answer(String text) {}

  static final Request<Ask, Answer> ASK = Request.of("oracle.ask", Ask.class, Answer.class);
  static final Topic<Ask> ASKED = Topic.of("oracle.asked", Ask.class);
  static final int MAX_FRAME = 256 * 1024;
  static final byte VERSION = 2;
  static final int WINDOW = 1024 * 1024;
  static final String PEER = "peer";
  static final long MANY_BYTES = 64L * 1024 * 1024;

  Vertx vertx;
  Engine engine;
  Links links;
  Directory directory;
  Gate gate;
  FrameWriter writer;
  final AtomicInteger handled = new AtomicInteger();
  long sequence;

  @BeforeEach
  void start() throws Exception {
    vertx = Vertx.vertx();
    VertxInternal internal = (VertxInternal) vertx;
    Lanes lanes = new Lanes();
    Lane control = lanes.of(internal.nettyEventLoopGroup().next());
    engine = new Engine(
        internal,
        new EngineSettings(
            "me",
            TimeUnit.SECONDS.toNanos(30),
            false,
            Format.JSON,
            MAX_FRAME,
            Criticality.CRITICAL_PLUS),
        lanes,
        control);
    links = new Links(engine, 1, MAX_FRAME, WINDOW);
    writer = links.writer();
    directory = new Directory("me", 1, DirectoryOptions.defaults(), noEffects(), System.nanoTime());
    gate = new Gate(engine, links);
    onLane(() -> {
      links.connect(directory, gate);
      directory.peerJoined(PEER, System.nanoTime());
      return null;
    });
    ContextInternal context = internal.createEventLoopContext();
    engine.serve(
        ASK,
        (ask, call) -> {
          handled.incrementAndGet();
          return Future.succeededFuture(new Answer(ask.text()));
        },
        Limit.defaults().toAdmission(),
        context);
    onLane(() -> {
      gate.refresh();
      return null;
    });
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(20, TimeUnit.SECONDS);
  }

  private static DirectoryEffects noEffects() {
    InvocationHandler nothing = (proxy, method, arguments) -> null;
    return (DirectoryEffects) Proxy.newProxyInstance(
        HostileBatchTest.class.getClassLoader(), new Class<?>[] {DirectoryEffects.class}, nothing);
  }

  private <T> T onLane(Callable<T> action) throws Exception {
    Promise<T> done = Promise.promise();
    engine.control().post(() -> {
      try {
        done.complete(action.call());
      } catch (Throwable failed) {
        done.fail(failed);
      }
    });
    return done.future().await(60, TimeUnit.SECONDS);
  }

  private void read(Buffer batch) throws Exception {
    onLane(() -> {
      links.reader().read(batch);
      return null;
    });
  }

  private Buffer batch(String sender, long epoch, long number, Buffer... frames) {
    byte[] name = sender.getBytes(StandardCharsets.UTF_8);
    Buffer batch = Buffer.buffer()
        .appendByte(VERSION)
        .appendInt(name.length)
        .appendBytes(name)
        .appendLong(epoch)
        .appendLong(number)
        .appendLong(0)
        .appendLong(0)
        .appendLong(0)
        .appendLong(0);
    for (Buffer frame : frames) {
      batch.appendBuffer(frame);
    }
    return batch;
  }

  /** An empty batch that says how far this node may send over one of its links. */
  private Buffer grant(long grantedEpoch, long limit) {
    Buffer batch = next();
    int fields = batch.length() - 4 * Long.BYTES;
    return batch.setLong(fields, grantedEpoch).setLong(fields + 3 * Long.BYTES, limit);
  }

  private Buffer next(Buffer... frames) {
    return batch(PEER, 1, ++sequence, frames);
  }

  private Buffer request(long callId, long remainingNanos) {
    return request(ASK, callId, remainingNanos);
  }

  private Buffer request(Request<Ask, Answer> contract, long callId, long remainingNanos) {
    MessageId id = new MessageId(7, callId);
    return writer.request(
        new FrameWriter.Head(
            FrameKind.REQUEST,
            callId,
            ServedContract.requestId(contract.id()),
            remainingNanos,
            System.nanoTime(),
            -1),
        contract,
        Ask.class,
        new Ask("why"),
        new Envelope(
            id, new MessageId("conversation"), id, "key", "idempotency", 1, PEER, 200, false));
  }

  private long distrusted(String reason) {
    return engine.guard().counted(GuardEvent.Kind.DISTRUSTED, PEER, reason);
  }

  private static Buffer frame(Buffer content) {
    return Buffer.buffer().appendInt(content.length()).appendBuffer(content);
  }

  private int served() throws Exception {
    return onLane(() -> links.peer(PEER).served().size());
  }

  private void awaitIdle() throws Exception {
    while (served() > 0 || engine.inFlight() > 0) {
      onLane(() -> null);
    }
  }

  /** One frame of every kind, as a well-behaved node sends them. */
  private List<Buffer> oneOfEach() {
    DirectoryMessage.Sender sender = new DirectoryMessage.Sender(PEER, 1, 1, 1, 1);
    DirectoryMessage.View view = new DirectoryMessage.View(1, 1, 1, Standing.HELD);
    Descriptor descriptor = new Descriptor(
        PEER,
        1,
        1,
        ServingState.READY,
        List.of(new ServedContract(
            ServedContract.requestId("a.b"), "a.b", "f".repeat(32), 2, 100, true, false)),
        List.of());
    MessageId id = new MessageId(1, 2);
    Envelope envelope = new Envelope(id, id, null, null, null, 1, PEER, 200, false);
    List<Buffer> frames = new ArrayList<>();
    frames.add(request(1, 1_000_000_000L));
    frames.add(writer.reply(2, 3, ASK, new Answer("so")));
    frames.add(writer.failure(3, 3, ASK, CallException.notServed("x")));
    frames.add(FrameWriter.cancel(4));
    frames.add(FrameWriter.lost(1, 2, 3, 4));
    frames.add(writer.request(
        new FrameWriter.Head(
            FrameKind.PUBLISH, 0, ServedContract.topicId(ASKED.id()), Long.MAX_VALUE, 1, -1),
        ASKED,
        Ask.class,
        new Ask("all"),
        envelope));
    frames.add(writer.request(
        new FrameWriter.Head(
            FrameKind.REQUEST, 9, ContractForms.FORM_ID, 1_000_000_000L, System.nanoTime(), -1),
        ContractForms.FORM,
        ContractForms.FormWanted.class,
        new ContractForms.FormWanted("oracle.ask", ASK.fingerprint()),
        envelope));
    frames.add(FrameWriter.directory(new DirectoryMessage.Heartbeat(sender, view, 5).encode()));
    frames.add(FrameWriter.directory(new DirectoryMessage.Pull(sender, view).encode()));
    frames.add(
        FrameWriter.directory(new DirectoryMessage.Described(sender, view, descriptor).encode()));
    return frames;
  }

  @Test
  void a_hundred_thousand_mutated_batches_are_survived_without_a_trace() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<Buffer> frames = oneOfEach();
    int rounds = 1_000;
    int batches = 100;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int round = 0; round < rounds; round++) {
      long allocated = onLane(() -> {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < batches; i++) {
          links.reader().read(mutated(frames, random));
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
      });
      if (round > 50) { // in the first ones, classes are loaded
        assertThat(allocated / batches).as("bytes per batch, seed " + seed).isLessThan(64 * 1024);
      }
      awaitIdle();
      rejoin();
    }
    assertThat(links.reader().malformed()).as("seed " + seed).isGreaterThan(rounds * batches / 10);
    assertThat(directory.members()).containsExactly(PEER);
    int before = handled.get();
    read(next(request(77, 10_000_000_000L)));
    while (handled.get() == before) {
      Thread.onSpinWait();
    }
    awaitIdle();
  }

  /** A mutated number of a batch may be the greatest, after which nothing of the same link is taken. */
  private void rejoin() throws Exception {
    onLane(() -> {
      directory.peerLeft(PEER);
      links.peerGone(PEER, true);
      directory.peerJoined(PEER, System.nanoTime());
      return null;
    });
  }

  private Buffer mutated(List<Buffer> frames, Random random) {
    Buffer batch = next();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      batch.appendBuffer(frames.get(random.nextInt(frames.size())));
    }
    byte[] bytes = batch.getBytes();
    int mutations = random.nextInt(8);
    for (int i = 0; i < mutations; i++) {
      mutate(bytes, random);
    }
    int length = random.nextInt(10) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
    return Buffer.buffer(bytes).getBuffer(0, length);
  }

  /** A bit, a byte, or four bytes that make a number extreme; mostly behind the header, so that it is read at all. */
  private static void mutate(byte[] bytes, Random random) {
    int header = 1 + 4 + PEER.length() + 48;
    int at = random.nextInt(20) == 0
        ? random.nextInt(bytes.length)
        : Math.min(bytes.length - 1, header + random.nextInt(Math.max(1, bytes.length - header)));
    switch (random.nextInt(3)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      default -> {
        byte extreme = (byte) (random.nextBoolean() ? 0x7f : 0xff);
        for (int i = at; i < Math.min(bytes.length, at + 4); i++) {
          bytes[i] = i == at ? extreme : (byte) 0xff;
        }
      }
    }
  }

  @Test
  void time_that_is_over_or_absurd_ends_a_request_unrun_or_runs_it() throws Exception {
    for (long remaining : new long[] {0, -1, Long.MIN_VALUE, Long.MIN_VALUE + 1}) {
      read(next(request(10, remaining)));
      awaitIdle();
    }
    assertThat(handled).hasValue(0);
    assertThat(distrusted("deadline")).as("0 and -1 ns are no lie").isEqualTo(2);
    read(next(request(11, Long.MAX_VALUE)));
    awaitIdle();
    while (handled.get() == 0) {
      Thread.onSpinWait();
    }
    assertThat(handled).hasValue(1);
    assertThat(distrusted("deadline")).isEqualTo(3);
    read(next(request(12, TimeUnit.DAYS.toNanos(1)), request(13, -1_000_000_000L)));
    awaitIdle();
    assertThat(distrusted("deadline")).isEqualTo(3);
  }

  @Test
  void lengths_that_lie_are_refused_before_anything_is_allocated() throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = onLane(() -> {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int length : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0, 1 << 30}) {
        links.reader().read(next(Buffer.buffer().appendInt(length).appendLong(0)));
        links
            .reader()
            .read(Buffer.buffer().appendByte(VERSION).appendInt(length).appendLong(0));
        Buffer lyingText = request(20, 1_000_000_000L);
        lyingText.setInt(lyingText.length() - 30, length);
        links.reader().read(next(lyingText));
      }
      return threads.getCurrentThreadAllocatedBytes() - before;
    });
    assertThat(allocated).isLessThan(MANY_BYTES);
    assertThat(links.reader().malformed()).isGreaterThanOrEqualTo(10);
  }

  @Test
  void a_header_of_more_than_sixteen_kibibytes_is_not_read() throws Exception {
    Buffer request = Buffer.buffer()
        .appendByte(FrameKind.REQUEST)
        .appendLong(30)
        .appendLong(ServedContract.requestId(ASK.id()))
        .appendLong(Long.MAX_VALUE)
        .appendLong(System.nanoTime())
        .appendShort((short) -1)
        .appendShort((short) 1)
        .appendByte((byte) (FrameWriter.FLAG_KEY | FrameWriter.FLAG_IDEMPOTENCY_KEY))
        .appendByte(FrameWriter.ID_COUNTED)
        .appendLong(1)
        .appendLong(2)
        .appendInt(9_000)
        .appendString("k".repeat(9_000))
        .appendInt(9_000)
        .appendString("i".repeat(9_000))
        .appendByte(FrameWriter.FORMAT_JSON)
        .appendString("{\"text\":\"why\"}");
    read(next(frame(request)));
    awaitIdle();
    assertThat(links.reader().malformed()).isEqualTo(1);
    assertThat(handled).hasValue(0);
  }

  @Test
  void a_broken_frame_does_not_take_the_frames_after_it_along() throws Exception {
    Buffer broken = frame(Buffer.buffer().appendByte(FrameKind.REQUEST).appendLong(1));
    Buffer unknown = frame(Buffer.buffer().appendByte((byte) 99).appendLong(1));
    read(next(broken, unknown, request(40, 10_000_000_000L)));
    while (handled.get() == 0) {
      Thread.onSpinWait();
    }
    awaitIdle();
    assertThat(links.reader().malformed()).isEqualTo(1);
    assertThat(links.reader().unexpected()).isEqualTo(1);
  }

  @Test
  void a_million_cancels_for_unknown_calls_cost_little_and_are_dropped_beyond_a_thousand_a_second()
      throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long began = System.nanoTime();
    int million = 1_000_000;
    long allocated = onLane(() -> {
      long before = threads.getCurrentThreadAllocatedBytes();
      int inBatch = 1_000;
      for (int from = 0; from < million; from += inBatch) {
        Buffer cancels = Buffer.buffer();
        for (int i = 0; i < inBatch; i++) {
          cancels.appendBuffer(FrameWriter.cancel(million + from + i));
        }
        links.reader().read(next(cancels));
      }
      return threads.getCurrentThreadAllocatedBytes() - before;
    });
    long seconds = 1 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
    assertThat(allocated).isLessThan(16 * MANY_BYTES);
    int remembered = onLane(() -> links.peer(PEER).cancelled().size());
    assertThat(remembered).isBetween(1, 2_001);
    assertThat(distrusted("cancels")).isBetween(million - 1_000 * (seconds + 1), million - 1_000L);
    assertThat(served()).isZero();
    assertThat(engine.inFlight()).isZero();
    int before = handled.get();
    read(next(request(1, 60_000_000_000L)));
    while (handled.get() == before) {
      Thread.onSpinWait();
    }
    awaitIdle();
    rejoin();
    assertThat(onLane(() -> links.peer(PEER).cancelled().size())).isZero();
  }

  @Test
  void cancels_of_calls_that_are_known_are_obeyed_however_many_others_came() throws Exception {
    Promise<Void> reached = Promise.promise();
    Request<Ask, Answer> hold = hold(call -> reached.complete());
    Buffer cancels = Buffer.buffer();
    for (int i = 0; i < 10_000; i++) {
      cancels.appendBuffer(FrameWriter.cancel(1_000_000 + i));
    }
    read(next(request(hold, 90, 60_000_000_000L), cancels, FrameWriter.cancel(90)));
    reached.future().await(60, TimeUnit.SECONDS);
    awaitIdle();
    assertThat(distrusted("cancels")).isPositive();
  }

  @Test
  void answers_to_unknown_calls_are_counted_and_ignored() throws Exception {
    read(next(
        writer.reply(50, 3, ASK, new Answer("so")),
        writer.failure(51, 3, ASK, CallException.notServed("x"))));
    assertThat(links.reader().unexpected()).isEqualTo(2);
  }

  @Test
  void nothing_is_kept_of_senders_that_are_no_members() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      read(batch("stranger-" + i, 1, 1, request(60, 10_000_000_000L), FrameWriter.cancel(61)));
    }
    assertThat(links.reader().ofStrangers()).isEqualTo(1_000);
    assertThat(handled).hasValue(0);
    for (int i = 0; i < 1_000; i++) {
      String stranger = "stranger-" + i;
      assertThat(onLane(() -> links.peer(stranger) == null)).isTrue();
    }
  }

  @Test
  void a_member_cannot_speak_for_another_in_the_directory() throws Exception {
    onLane(() -> {
      directory.peerJoined("victim", System.nanoTime());
      return null;
    });
    DirectoryMessage.Sender victim = new DirectoryMessage.Sender("victim", 9, 9, 9, 9);
    DirectoryMessage.View view = new DirectoryMessage.View(1, 1, 1, Standing.USABLE);
    read(next(FrameWriter.directory(new DirectoryMessage.Heartbeat(victim, view, 5).encode())));
    assertThat(links.reader().ofStrangers()).isEqualTo(1);
    assertThat(directory.incarnation("victim")).isZero();
  }

  @Test
  void a_batch_in_this_nodes_own_name_is_ignored() throws Exception {
    read(batch("me", 1, 1, request(70, 10_000_000_000L)));
    awaitIdle();
    assertThat(handled).hasValue(0);
    assertThat(links.reader().ofStrangers()).isEqualTo(1);
  }

  @Test
  void work_whose_cancel_got_lost_is_cancelled_all_the_same() throws Exception {
    Promise<Boolean> cancelled = Promise.promise();
    Request<Ask, Answer> hold = hold(call -> cancelled.complete(call.isCancelled()));
    read(next(request(hold, 90, 1_000_000_000L)));
    assertThat(cancelled.future().await(60, TimeUnit.SECONDS)).isTrue();
    awaitIdle();
  }

  /** Serves a contract whose handler ends when its call is cancelled, and then tells {@code onCancel}. */
  private Request<Ask, Answer> hold(Consumer<Call> onCancel) throws Exception {
    Request<Ask, Answer> hold = Request.of("oracle.hold", Ask.class, Answer.class);
    engine.serve(
        hold,
        (ask, call) -> {
          Promise<Answer> end = Promise.promise();
          call.onCancel(() -> {
            onCancel.accept(call);
            end.fail("nobody waits");
          });
          return end.future();
        },
        Limit.defaults().toAdmission(),
        ((VertxInternal) vertx).createEventLoopContext());
    onLane(() -> {
      gate.refresh();
      return null;
    });
    return hold;
  }

  @Test
  void the_same_call_id_twice_is_one_call() throws Exception {
    Buffer request = request(80, 10_000_000_000L);
    read(next(request, request));
    awaitIdle();
    while (handled.get() == 0) {
      Thread.onSpinWait();
    }
    assertThat(handled).hasValue(1);
  }

  @Test
  void credit_of_links_that_never_were_or_without_end_is_not_believed() throws Exception {
    long epoch = onLane(() -> links.peer(PEER).epoch());
    read(grant(epoch, WINDOW));
    read(grant(0, WINDOW));
    assertThat(distrusted()).isZero();
    read(grant(epoch - 1, Long.MAX_VALUE));
    read(grant(epoch + 1, Long.MAX_VALUE));
    read(grant(epoch, Long.MAX_VALUE));
    assertThat(distrusted()).isEqualTo(3);
    read(grant(epoch, Long.MIN_VALUE));
    assertThat(distrusted()).as("less credit than before is nothing").isEqualTo(3);
  }

  private long distrusted() {
    return engine.guard().counted(GuardEvent.Kind.DISTRUSTED, PEER, "credit");
  }

  @Test
  void losses_that_were_never_are_taken_calmly() throws Exception {
    List<Buffer> losses = new ArrayList<>();
    for (long extreme : new long[] {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE}) {
      losses.add(FrameWriter.lost(extreme, extreme, -extreme, -extreme));
    }
    assertThatCode(() -> read(next(losses.toArray(Buffer[]::new)))).doesNotThrowAnyException();
    read(batch(PEER, Long.MIN_VALUE, Long.MIN_VALUE));
    read(batch(PEER, Long.MAX_VALUE, Long.MIN_VALUE));
    assertThat(links.reader().malformed()).isZero();
  }
}
