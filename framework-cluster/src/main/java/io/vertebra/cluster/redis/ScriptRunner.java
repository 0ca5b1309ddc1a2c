package io.vertebra.cluster.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs the store's script for many callers over one connection, in groups. Everything but {@link
 * #run} happens on one context.
 */
final class ScriptRunner {
  private static final int MAX_GROUP = 256;
  private static final int MAX_GROUPS = 4;
  private static final long TIMEOUT_SECONDS = 5;
  private static final String SCRIPT = script();

  private final Redis redis;
  private final Context context;
  private final Queue<Run> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private @Nullable Future<Loaded> connection;
  private int groups;

  ScriptRunner(Vertx vertx, String uri) {
    context = ((VertxInternal) vertx).createEventLoopContext();
    redis = Redis.createClient(
        vertx,
        new RedisOptions()
            .setConnectionString(uri)
            .setMaxWaitingHandlers(MAX_GROUP * MAX_GROUPS * 2)
            .setPoolRecycleTimeout(-1));
  }

  private static String script() {
    try (InputStream in = ScriptRunner.class.getResourceAsStream("dedup.lua")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Run(String key, UnaryOperator<Request> arguments, Promise<Response> answer) {}

  /** A connection and the name under which its server knows the script. */
  private record Loaded(RedisConnection redis, String script) {}

  /** Runs the script on a key. Any thread. */
  Future<Response> run(String key, UnaryOperator<Request> arguments) {
    Run run = new Run(key, arguments, Promise.promise());
    waiting.add(run);
    schedule();
    return run.answer.future();
  }

  Future<Void> close() {
    return redis.close();
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      context.runOnContext(ignored -> {
        scheduled.set(false);
        send();
      });
    }
  }

  private void send() {
    while (groups < MAX_GROUPS && !waiting.isEmpty()) {
      List<Run> group = new ArrayList<>();
      for (Run run = waiting.poll(); run != null; run = waiting.poll()) {
        group.add(run);
        if (group.size() == MAX_GROUP) {
          break;
        }
      }
      groups++;
      connected()
          .compose(loaded -> send(loaded, group))
          .onComplete(
              answers -> ended(group, answers),
              failure -> group.forEach(run -> run.answer.fail(failure)))
          .onComplete(over -> {
            groups--;
            schedule();
          });
    }
  }

  private Future<List<Response>> send(Loaded loaded, List<Run> group) {
    List<Request> requests = new ArrayList<>(group.size());
    for (Run run : group) {
      Request request = Request.cmd(Command.EVALSHA).arg(loaded.script).arg(1).arg(run.key);
      requests.add(run.arguments.apply(request));
    }
    return loaded
        .redis
        .batch(requests)
        .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .onFailure(failure -> drop(loaded));
  }

  private static void ended(List<Run> group, List<Response> answers) {
    for (int i = 0; i < group.size(); i++) {
      group.get(i).answer.complete(answers.get(i));
    }
  }

  private Future<Loaded> connected() {
    Future<Loaded> known = connection;
    if (known == null) {
      known = redis
          .connect()
          .compose(opened -> opened
              .send(Request.cmd(Command.SCRIPT).arg("LOAD").arg(SCRIPT))
              .map(name -> new Loaded(opened, name.toString()))
              .onFailure(failure -> opened.close()))
          .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      connection = known;
      known.onComplete(this::watch, failure -> connection = null);
    }
    return known;
  }

  private void watch(Loaded loaded) {
    loaded.redis.endHandler(end -> drop(loaded)).exceptionHandler(failure -> drop(loaded));
  }

  /** The next group connects anew, and loads the script again: the server may have forgotten it. */
  @SuppressWarnings("ReferenceEquality") // another connection may have the same parts
  private void drop(Loaded loaded) {
    Future<Loaded> known = connection;
    if (known != null && known.result() == loaded) {
      connection = null;
      loaded.redis.close();
    }
  }
}
