package io.vertebra;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.error.VertebraException;
import io.vertebra.messaging.Bus;
import io.vertebra.messaging.CallOptions;
import io.vertebra.observe.ContractCounts;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A Vert.x instance with one node for each test. After the test no call may hold a permit or wait for
 * one, unless the test said that it leaves some behind, and the engine may not have met a failure of
 * its own.
 */
public final class OneNode implements BeforeEachCallback, AfterEachCallback {
  private static final long PATIENCE_SECONDS = 20;

  private static final NodeOptions HASTY =
      NodeOptions.defaults().withDrainTimeout(Duration.ofMillis(200));

  private static volatile boolean warm;

  private final NodeOptions options;
  private final ConcurrentLinkedQueue<LogRecord> logged = new ConcurrentLinkedQueue<>();
  private final Logger engineLogger = Logger.getLogger("io.vertebra");
  private final Handler listener = new Listener();
  private Vertx vertx;
  private Node node;
  private boolean leavesCallsBehind;

  public OneNode() {
    // A verticle whose handlers a test leaves hanging should not hold up its end for long.
    this(HASTY);
  }

  public OneNode(NodeOptions options) {
    this.options = options;
  }

  @Override
  public void beforeEach(ExtensionContext test) {
    logged.clear();
    leavesCallsBehind = false;
    engineLogger.addHandler(listener);
    engineLogger.setUseParentHandlers(false);
    vertx = Vertx.vertx();
    if (!warm) {
      warmUp();
    }
    node = Node.create(vertx, options);
  }

  /**
   * The first calls of a process load classes for longer than the deadline of some test. They are made
   * on a node that no observer of the test watches.
   */
  private void warmUp() {
    node = Node.create(vertx, HASTY);
    String deployment = serve(on -> {
      on.request(
          Shop.RESERVE,
          (reserve, call) ->
              call.request(Shop.CHARGE, Shop.charge(1)).map(charged -> new Shop.Reserved("", 0)));
      on.request(Shop.CHARGE, (charge, call) -> {
        Promise<Shop.Charged> promise = Promise.promise();
        call.onCancel(() -> promise.fail("gave up"));
        return promise.future();
      });
    });
    for (int i = 0; i < 3; i++) {
      failureOf(bus()
          .request(
              Shop.RESERVE,
              Shop.reserve(i),
              CallOptions.defaults().withTimeout(Duration.ofMillis(300))));
    }
    undeploy(deployment);
    resultOf(node.close());
    logged.clear();
    warm = true;
  }

  @Override
  public void afterEach(ExtensionContext test) {
    try {
      if (!leavesCallsBehind) {
        eventually(
            "permits given back",
            () -> node.view().contracts().stream()
                .allMatch(each -> each.inFlight() == 0 && each.waiting() == 0));
      }
    } finally {
      resultOf(vertx.close());
      engineLogger.removeHandler(listener);
      engineLogger.setUseParentHandlers(true);
    }
    assertThat(logged(Level.SEVERE)).as("failures of the engine itself").isEmpty();
  }

  /** Says that the test ends with calls that nobody will answer. */
  public void leavesCallsBehind() {
    leavesCallsBehind = true;
  }

  public Vertx vertx() {
    return vertx;
  }

  public Node node() {
    return node;
  }

  public Bus bus() {
    return node.bus();
  }

  public ContractCounts counts(String contract) {
    return node.view().contract(contract);
  }

  /** What the framework logged at this level. */
  public List<String> logged(Level level) {
    return logged.stream()
        .filter(each -> each.getLevel() == level)
        .map(each -> each.getMessage() + (each.getThrown() == null ? "" : " " + each.getThrown()))
        .toList();
  }

  /** Deploys a verticle with these services; answers its deployment id. */
  public String serve(Consumer<Services> services) {
    return serve(services, 1);
  }

  public String serve(Consumer<Services> services, int instances) {
    return resultOf(node.deploy(() -> service(services), instances));
  }

  public static ServiceVerticle service(Consumer<Services> services) {
    return new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        services.accept(on);
      }
    };
  }

  public void undeploy(String deployment) {
    resultOf(vertx.undeploy(deployment));
  }

  /** Runs {@code work} on {@code context} and waits for what it returns. */
  public static <T> T on(Context context, Supplier<T> work) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(none -> promise.handle(Future.succeededFuture().map(x -> work.get())));
    return resultOf(promise.future());
  }

  /** Runs {@code work} on a thread that Vert.x knows nothing of. */
  public static <T> T onOwnThread(Callable<T> work) {
    Promise<T> promise = Promise.promise();
    Thread thread = new Thread(() -> {
      try {
        promise.complete(work.call());
      } catch (Exception e) {
        promise.fail(e);
      }
    });
    thread.start();
    return resultOf(promise.future());
  }

  /** Waits until {@code condition} holds. */
  public void eventually(String what, BooleanSupplier condition) {
    Promise<Void> promise = Promise.promise();
    long timer = vertx.setPeriodic(1, each -> {
      if (condition.getAsBoolean()) {
        promise.tryComplete();
      }
    });
    try {
      promise.future().timeout(PATIENCE_SECONDS, TimeUnit.SECONDS).onComplete(done -> {});
      assertThat(await(promise.future())).as(what).isTrue();
    } finally {
      vertx.cancelTimer(timer);
    }
  }

  private static boolean await(Future<?> future) {
    try {
      future.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (Exception e) {
      return false;
    }
  }

  /** Waits for the result of a future that must not fail. */
  public static <T> T resultOf(Future<T> future) {
    await(future);
    assertThat(future.isComplete()).as("completes").isTrue();
    if (future.failed()) {
      throw new AssertionError("it failed: " + future.cause(), future.cause());
    }
    return future.result();
  }

  /** Waits for the failure of a future that must fail. */
  public static Throwable causeOf(Future<?> future) {
    await(future);
    assertThat(future.isComplete()).as("completes").isTrue();
    assertThat(future.failed()).as("fails, instead of %s", future.result()).isTrue();
    return future.cause();
  }

  /** Waits for the failure of a call. */
  public static VertebraException failureOf(Future<?> future) {
    Throwable cause = causeOf(future);
    assertThat(cause).isInstanceOf(VertebraException.class);
    return (VertebraException) cause;
  }

  private final class Listener extends Handler {
    @Override
    public void publish(LogRecord record) {
      logged.add(record);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
