package io.vertebra.gateway;

import io.vertebra.error.OverloadedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The event streams that are open on a gateway. Confined to its event loop. */
final class EventFeeds {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final GatewayOptions options;
  private final Set<EventFeed<?>> open = new HashSet<>();
  private boolean closing;

  EventFeeds(GatewayOptions options) {
    this.options = options;
  }

  /** Answers with a stream, unless there are too many or the gateway stops. */
  <R> void open(RoutingContext http, EventFeed.Source<R> source, long after) {
    if (closing || open.size() >= options.maxEventStreams()) {
      Problem.of(OverloadedException.queueFull("events", open.size(), 0, RETRY_AFTER))
          .send(http);
      return;
    }
    HttpServerResponse response = http.response();
    if (response.closed()) {
      return;
    }
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        // Proxies that hold events back would make a stream useless.
        .putHeader("X-Accel-Buffering", "no");
    EventFeed<R> feed = new EventFeed<>(http, source, after, options);
    open.add(feed);
    feed.onEnd(() -> open.remove(feed));
    feed.begin();
  }

  int size() {
    return open.size();
  }

  /** Ends all streams; clients resume on another node, where they left off. */
  void close() {
    closing = true;
    List.copyOf(open).forEach(EventFeed::end);
  }
}
