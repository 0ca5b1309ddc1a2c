package io.vertebra.gateway;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;

/** How a gateway works. Immutable; {@code withX} returns a copy. */
public final class GatewayOptions {
  private static final int MAX_PORT = 65_535;
  private static final GatewayOptions DEFAULTS = new GatewayOptions(
      new Place("127.0.0.1", 8080),
      new Times(
          Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ZERO, Duration.ofSeconds(10)),
      new Streams(1_000, Duration.ofSeconds(15), Duration.ofSeconds(30)),
      1024 * 1024);

  private final Place place;
  private final Times times;
  private final Streams streams;
  private final int maxBody;

  private record Place(String host, int port) {}

  private record Times(
      Duration timeout, Duration idleTimeout, Duration drainNotice, Duration drainTimeout) {}

  private record Streams(int max, Duration keepAlive, Duration slowClient) {}

  private GatewayOptions(Place place, Times times, Streams streams, int maxBody) {
    if (place.host.isBlank()) {
      throw new IllegalArgumentException("host must not be empty");
    }
    check(
        place.port >= 0 && place.port <= MAX_PORT, "port must lie between 0 and 65535", place.port);
    check(isPositive(times.timeout), "timeout must be at least 1 ms", times.timeout);
    check(
        times.idleTimeout.compareTo(Duration.ofSeconds(1)) >= 0,
        "idleTimeout must be at least 1 s",
        times.idleTimeout);
    check(
        times.timeout.compareTo(times.idleTimeout) < 0,
        "idleTimeout must be longer than the timeout of " + times.timeout
            + ", or connections close while their call runs",
        times.idleTimeout);
    check(!times.drainNotice.isNegative(), "drainNotice cannot be negative", times.drainNotice);
    check(!times.drainTimeout.isNegative(), "drainTimeout cannot be negative", times.drainTimeout);
    check(streams.max >= 0, "maxEventStreams cannot be negative", streams.max);
    check(
        isPositive(streams.slowClient),
        "slowClientTimeout must be at least 1 ms",
        streams.slowClient);
    check(isPositive(streams.keepAlive), "keepAlive must be at least 1 ms", streams.keepAlive);
    check(
        streams.keepAlive.compareTo(times.idleTimeout) < 0,
        "keepAlive must be shorter than the idleTimeout of " + times.idleTimeout,
        streams.keepAlive);
    check(maxBody >= 1, "maxBody must be at least 1 byte", maxBody);
    this.place = place;
    this.times = times;
    this.streams = streams;
    this.maxBody = maxBody;
  }

  private static void check(boolean holds, String rule, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ": " + value);
    }
  }

  private static boolean isPositive(Duration duration) {
    return duration.toMillis() >= 1;
  }

  /**
   * 127.0.0.1:8080, calls of at most 5 s, bodies of at most 1 MiB, connections closed after 60 s of
   * silence, 1,000 event streams, 10 s for running requests to end when it stops.
   */
  public static GatewayOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static GatewayOptions fromJson(JsonObject json) {
    GatewayOptions d = DEFAULTS;
    return new GatewayOptions(
        new Place(json.getString("host", d.place.host), json.getInteger("port", d.place.port)),
        new Times(
            duration(json, "timeoutMs", d.times.timeout),
            duration(json, "idleTimeoutMs", d.times.idleTimeout),
            duration(json, "drainNoticeMs", d.times.drainNotice),
            duration(json, "drainTimeoutMs", d.times.drainTimeout)),
        new Streams(
            json.getInteger("maxEventStreams", d.streams.max),
            duration(json, "keepAliveMs", d.streams.keepAlive),
            duration(json, "slowClientTimeoutMs", d.streams.slowClient)),
        json.getInteger("maxBody", d.maxBody));
  }

  private static Duration duration(JsonObject json, String field, Duration otherwise) {
    return Duration.ofMillis(json.getLong(field, otherwise.toMillis()));
  }

  /** All settings. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("host", place.host)
        .put("port", place.port)
        .put("timeoutMs", times.timeout.toMillis())
        .put("idleTimeoutMs", times.idleTimeout.toMillis())
        .put("drainNoticeMs", times.drainNotice.toMillis())
        .put("drainTimeoutMs", times.drainTimeout.toMillis())
        .put("maxEventStreams", streams.max)
        .put("keepAliveMs", streams.keepAlive.toMillis())
        .put("slowClientTimeoutMs", streams.slowClient.toMillis())
        .put("maxBody", maxBody);
  }

  /** The interface to listen on; default 127.0.0.1, which other machines cannot reach. */
  public GatewayOptions withHost(String host) {
    return with(new Place(Objects.requireNonNull(host), place.port));
  }

  /** The port; 0 is any that is free, see {@link GatewayVerticle#port()}. Default 8080. */
  public GatewayOptions withPort(int port) {
    return with(new Place(place.host, port));
  }

  /** How long a call may take unless its route says otherwise; default 5 s. */
  public GatewayOptions withTimeout(Duration timeout) {
    return with(new Times(timeout, times.idleTimeout, times.drainNotice, times.drainTimeout));
  }

  /**
   * After how long without a byte in either direction a connection is closed, and how long a body
   * may take to arrive; default 60 s, and longer than the timeout of every route.
   */
  public GatewayOptions withIdleTimeout(Duration idleTimeout) {
    return with(new Times(times.timeout, idleTimeout, times.drainNotice, times.drainTimeout));
  }

  /**
   * How long a gateway that stops goes on taking requests while {@code /ready} says 503 already, so
   * that a load balancer notices; default 0.
   */
  public GatewayOptions withDrainNotice(Duration drainNotice) {
    return with(new Times(times.timeout, times.idleTimeout, drainNotice, times.drainTimeout));
  }

  /** How long a gateway that stops waits for running requests; default 10 s. */
  public GatewayOptions withDrainTimeout(Duration drainTimeout) {
    return with(new Times(times.timeout, times.idleTimeout, times.drainNotice, drainTimeout));
  }

  /** Event streams open at once on one instance; default 1,000. More are refused with 503. */
  public GatewayOptions withMaxEventStreams(int streams) {
    return with(new Streams(streams, this.streams.keepAlive, this.streams.slowClient));
  }

  /** After how long without an event a comment is sent on a stream; default 15 s. */
  public GatewayOptions withKeepAlive(Duration keepAlive) {
    return with(new Streams(streams.max, keepAlive, streams.slowClient));
  }

  /** How long the client of an event stream may take in nothing before it is cut off; default 30 s. */
  public GatewayOptions withSlowClientTimeout(Duration timeout) {
    return with(new Streams(streams.max, streams.keepAlive, timeout));
  }

  /** Bytes that the body of a request may have unless its route says otherwise; default 1 MiB. */
  public GatewayOptions withMaxBody(int bytes) {
    return new GatewayOptions(place, times, streams, bytes);
  }

  private GatewayOptions with(Place changed) {
    return new GatewayOptions(changed, times, streams, maxBody);
  }

  private GatewayOptions with(Times changed) {
    return new GatewayOptions(place, changed, streams, maxBody);
  }

  private GatewayOptions with(Streams changed) {
    return new GatewayOptions(place, times, changed, maxBody);
  }

  /** The interface to listen on. */
  public String host() {
    return place.host;
  }

  /** The port, or 0 for any. */
  public int port() {
    return place.port;
  }

  /** How long a call may take. */
  public Duration timeout() {
    return times.timeout;
  }

  /** After how long without a byte a connection is closed. */
  public Duration idleTimeout() {
    return times.idleTimeout;
  }

  /** How long requests are still taken after {@code /ready} says 503. */
  public Duration drainNotice() {
    return times.drainNotice;
  }

  /** How long running requests may take to end. */
  public Duration drainTimeout() {
    return times.drainTimeout;
  }

  /** Event streams open at once. */
  public int maxEventStreams() {
    return streams.max;
  }

  /** After how long without an event a comment is sent. */
  public Duration keepAlive() {
    return streams.keepAlive;
  }

  /** How long the client of an event stream may take in nothing. */
  public Duration slowClientTimeout() {
    return streams.slowClient;
  }

  /** Bytes that the body of a request may have. */
  public int maxBody() {
    return maxBody;
  }
}
