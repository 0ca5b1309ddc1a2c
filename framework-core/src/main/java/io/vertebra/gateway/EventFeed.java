package io.vertebra.gateway;

import io.vertebra.error.GatewayException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One client that follows the events of some work, as server-sent events. An event's id is its place
 * in the history, so that a client resumes where it left off, on any node.
 *
 * <p>It is told that something is new and then reads the history from its place on. So nothing is lost
 * or sent twice, and nothing is kept for a client that does not read: it goes on when it does.
 *
 * <p>Confined to the event loop of its request.
 */
final class EventFeed<R> {
  private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);
  private static final int MOST_UNREAD = 16 * 1024;
  private static final int MOST_A_TURN = 128;
  private static final int NO_CONTENT = 204;

  private final RoutingContext http;
  private final Vertx vertx;
  private final Context context;
  private final HttpServerResponse response;
  private final Source<R> source;
  private final GatewayOptions options;
  private Runnable onEnd = () -> {};
  private Runnable unwatch = () -> {};
  private long timer = -1;
  private long stuckTimer = -1;
  private long sent;
  private boolean reading;
  private boolean again;
  private boolean ended;

  /**
   * What is followed.
   *
   * @param progress who knows of it
   * @param key of the work
   * @param document the work's state as clients see it
   * @param <R> the outcome
   */
  record Source<R>(
      Progress<?, R> progress, String key, Function<Progress.State<R>, Buffer> document) {}

  /** What is known of the work at one time. The state was read first, so a final one has all its events. */
  private record Page<R>(Optional<Progress.State<R>> state, List<Progress.Event> events) {}

  EventFeed(RoutingContext http, Source<R> source, long after, GatewayOptions options) {
    this.http = http;
    this.vertx = http.vertx();
    this.context = vertx.getOrCreateContext();
    this.response = http.response();
    this.source = source;
    this.options = options;
    this.sent = after;
  }

  /** Where a client that comes back left off; 0 for a new one. */
  static long lastEventId(HttpServerRequest request) {
    String text = request.getHeader("Last-Event-ID");
    if (text == null || text.isBlank()) {
      return 0;
    }
    if (!text.trim().matches("[0-9]{1,15}")) {
      throw GatewayException.badRequest(
          "The header Last-Event-ID is no id of an event of this stream.");
    }
    return Long.parseLong(text.trim());
  }

  void onEnd(Runnable action) {
    onEnd = action;
  }

  void begin() {
    http.addEndHandler(gone -> release());
    unwatch = source.progress.onChange(source.key, () -> context.runOnContext(changed -> read()));
    read();
  }

  private void read() {
    if (ended) {
      return;
    }
    if (reading || stuckTimer >= 0) {
      again = true;
      return;
    }
    reading = true;
    again = false;
    page()
        .onComplete(page -> context.runOnContext(here -> {
          reading = false;
          if (ended) {
            return;
          }
          if (page.failed()) {
            LOG.warn("The events of '" + source.key + "' cannot be read", page.cause());
            end();
          } else {
            write(page.result());
          }
        }));
  }

  private Future<Page<R>> page() {
    try {
      return source
          .progress
          .find(source.key)
          .compose(state ->
              source.progress.history(source.key).map(events -> new Page<>(state, events)));
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private void write(Page<R> page) {
    List<Progress.Event> events = page.events;
    Progress.State<R> state = page.state.orElse(null);
    boolean isFinal = state != null && state.isFinal();
    if (!response.headWritten() && isFinal && sent > events.size()) {
      // What browsers take as the word to come back no more.
      response.setStatusCode(NO_CONTENT);
      response.headers().remove("Content-Type");
      end();
      return;
    }
    start();
    sent = Math.min(sent, events.size());
    long turn = sent + MOST_A_TURN;
    while (sent < events.size()) {
      if (isStuck()) {
        return;
      }
      if (sent == turn) {
        context.runOnContext(next -> read());
        return;
      }
      int next = (int) sent++;
      send("step", describe(events.get(next)).toBuffer());
    }
    if (state == null) {
      end();
    } else if (isFinal) {
      sent++;
      send("outcome", source.document.apply(state));
      end();
    } else if (again) {
      read();
    } else {
      rest();
    }
  }

  private void start() {
    if (!response.headWritten()) {
      response.setChunked(true).setWriteQueueMaxSize(MOST_UNREAD);
      response.writeHead();
    }
  }

  private static JsonObject describe(Progress.Event event) {
    return new JsonObject()
        .put("kind", event.kind())
        .put("step", event.step())
        .put("attempt", event.attempt())
        .put("detail", event.detail())
        .put("at", event.at().toString());
  }

  /** The JSON of this class has no line breaks. */
  private void send(String type, Buffer json) {
    response.write(Buffer.buffer("id: " + sent + "\nevent: " + type + "\ndata: ")
        .appendBuffer(json)
        .appendString("\n\n"));
  }

  /** Whether the client has to read before it gets more. */
  private boolean isStuck() {
    if (!response.writeQueueFull()) {
      return false;
    }
    if (stuckTimer < 0) {
      vertx.cancelTimer(timer);
      stuckTimer = vertx.setTimer(options.slowClientTimeout().toMillis(), id -> cutOff());
      response.drainHandler(drained -> {
        vertx.cancelTimer(stuckTimer);
        stuckTimer = -1;
        read();
      });
    }
    return true;
  }

  private void cutOff() {
    release();
    response.reset();
  }

  /** Waits for news. Looks now and then without being told, for work that goes on elsewhere. */
  private void rest() {
    vertx.cancelTimer(timer);
    timer = vertx.setTimer(options.keepAlive().toMillis(), id -> {
      if (!ended && !isStuck()) {
        response.write(":\n\n");
        read();
      }
    });
  }

  /** Ends the stream. */
  void end() {
    if (!ended) {
      release();
      if (!response.headWritten() && response.getStatusCode() != NO_CONTENT) {
        start();
      }
      response.end();
    }
  }

  private void release() {
    if (!ended) {
      ended = true;
      vertx.cancelTimer(timer);
      vertx.cancelTimer(stuckTimer);
      unwatch.run();
      onEnd.run();
    }
  }
}
