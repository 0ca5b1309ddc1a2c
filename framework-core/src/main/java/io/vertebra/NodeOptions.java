package io.vertebra;

import io.vertebra.limit.CpuOptions;
import io.vertebra.limit.Limit;
import io.vertebra.limit.StallOptions;
import io.vertebra.messaging.Criticality;
import io.vertebra.observe.Observer;
import io.vertebra.wire.Format;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a node works. Immutable; {@code withX} returns a copy. */
public final class NodeOptions {
  private static final int MIN_FRAME = 4 * 1024;
  private static final int MAX_FRAME = 64 * 1024 * 1024;
  private static final int MIN_WINDOW = 64 * 1024;
  private static final int MAX_WINDOW = 64 * 1024 * 1024;
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final Duration HEARTBEAT = Duration.ofMillis(500);
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final NodeOptions DEFAULTS = new NodeOptions(new Draft());

  /** Never changed once it is here. */
  private final Draft values;

  /** The values while they are put together. */
  private static final class Draft {
    private @Nullable String id;
    private Format format = Format.JSON;
    private int maxFrame = 1024 * 1024;
    private int linkWindow = 4 * 1024 * 1024;
    private Duration lostAfter = Duration.ofSeconds(30);
    private Duration drainTimeout = Duration.ofSeconds(10);
    private int blockingThreads = 20;
    private boolean localCheck;
    private boolean tappedBodies;
    private Duration suspectAfter = Duration.ofMillis(1500);
    private Duration goneAfter = Duration.ofMillis(2500);
    private Criticality peerCriticality = Criticality.CRITICAL_PLUS;
    private Map<String, Limit> limits = Map.of();
    private CpuOptions cpu = CpuOptions.defaults();
    private StallOptions stalls = StallOptions.defaults();
    private Map<String, Integer> callLimits = Map.of();
    private Set<String> breakers = Set.of();
    private @Nullable Observer observer;
    private @Nullable HandlerFilter handlerFilter;

    private Draft copy() {
      Draft copy = new Draft();
      copy.id = id;
      copy.format = format;
      copy.maxFrame = maxFrame;
      copy.linkWindow = linkWindow;
      copy.lostAfter = lostAfter;
      copy.drainTimeout = drainTimeout;
      copy.blockingThreads = blockingThreads;
      copy.localCheck = localCheck;
      copy.tappedBodies = tappedBodies;
      copy.suspectAfter = suspectAfter;
      copy.goneAfter = goneAfter;
      copy.peerCriticality = peerCriticality;
      copy.limits = limits;
      copy.cpu = cpu;
      copy.stalls = stalls;
      copy.callLimits = callLimits;
      copy.breakers = breakers;
      copy.observer = observer;
      copy.handlerFilter = handlerFilter;
      return copy;
    }
  }

  private NodeOptions(Draft values) {
    check(
        values.id == null || ID.matcher(values.id).matches(),
        "a node id has 1 to 64 letters, digits or '_.-'",
        values.id);
    check(
        values.maxFrame >= MIN_FRAME && values.maxFrame <= MAX_FRAME,
        "maxFrame must lie between " + MIN_FRAME + " and " + MAX_FRAME + " bytes",
        values.maxFrame);
    check(
        values.linkWindow >= MIN_WINDOW && values.linkWindow <= MAX_WINDOW,
        "linkWindow must lie between " + MIN_WINDOW + " and " + MAX_WINDOW + " bytes",
        values.linkWindow);
    check(
        !values.lostAfter.isNegative()
            && !values.lostAfter.isZero()
            && values.lostAfter.compareTo(LONGEST) <= 0,
        "lostAfter must be more than 0 and at most 1 day",
        values.lostAfter);
    check(
        !values.drainTimeout.isNegative() && values.drainTimeout.compareTo(LONGEST) <= 0,
        "drainTimeout must lie between 0 and 1 day",
        values.drainTimeout);
    check(
        values.blockingThreads >= 1, "blockingThreads must be at least 1", values.blockingThreads);
    check(
        values.suspectAfter.compareTo(HEARTBEAT) > 0
            && values.goneAfter.compareTo(values.suspectAfter) > 0
            && values.goneAfter.compareTo(LONGEST) <= 0,
        "heartbeats come each 500 ms: suspectAfter must be more, goneAfter more still, at most 1 day",
        values.suspectAfter + ", " + values.goneAfter);
    check(
        values.callLimits.values().stream().allMatch(calls -> calls >= 1),
        "a node must be allowed to wait for at least 1 call of each contract",
        values.callLimits);
    this.values = values;
  }

  private static void check(boolean fits, String rule, @Nullable Object value) {
    if (!fits) {
      throw new IllegalArgumentException(rule + ": " + value);
    }
  }

  private NodeOptions with(Consumer<Draft> change) {
    Draft changed = values.copy();
    change.accept(changed);
    return new NodeOptions(changed);
  }

  /** A random id, JSON, frames of at most 1 MiB, 20 threads for blocking handlers. */
  public static NodeOptions defaults() {
    return DEFAULTS;
  }

  /** Reads what {@link #toJson()} writes; absent fields have their default. */
  public static NodeOptions fromJson(JsonObject json) {
    return DEFAULTS.with(draft -> {
      draft.id = json.getString("id");
      draft.format = Format.valueOf(json.getString("format", draft.format.name()));
      draft.maxFrame = json.getInteger("maxFrame", draft.maxFrame);
      draft.linkWindow = json.getInteger("linkWindow", draft.linkWindow);
      draft.lostAfter = millis(json, "lostAfterMs", draft.lostAfter);
      draft.drainTimeout = millis(json, "drainTimeoutMs", draft.drainTimeout);
      draft.suspectAfter = millis(json, "suspectAfterMs", draft.suspectAfter);
      draft.goneAfter = millis(json, "goneAfterMs", draft.goneAfter);
      draft.blockingThreads = json.getInteger("blockingThreads", draft.blockingThreads);
      draft.localCheck = json.getBoolean("localCheck", draft.localCheck);
      draft.tappedBodies = json.getBoolean("tappedBodies", draft.tappedBodies);
      draft.peerCriticality =
          Criticality.valueOf(json.getString("peerCriticality", draft.peerCriticality.name()));
      JsonObject callLimits = json.getJsonObject("callLimits", new JsonObject());
      draft.callLimits = callLimits.fieldNames().stream()
          .collect(Collectors.toUnmodifiableMap(contract -> contract, callLimits::getInteger));
      draft.breakers = json.getJsonArray("breakers", new JsonArray()).stream()
          .map(String.class::cast)
          .collect(Collectors.toUnmodifiableSet());
      draft.stalls = StallOptions.fromJson(json.getJsonObject("stalls", new JsonObject()));
      draft.cpu = CpuOptions.fromJson(json.getJsonObject("cpu", new JsonObject()));
      JsonObject limits = json.getJsonObject("limits", new JsonObject());
      draft.limits = limits.fieldNames().stream()
          .collect(Collectors.toUnmodifiableMap(
              contract -> contract, contract -> Limit.fromJson(limits.getJsonObject(contract))));
    });
  }

  private static Duration millis(JsonObject json, String field, Duration otherwise) {
    return Duration.ofMillis(json.getLong(field, otherwise.toMillis()));
  }

  /** Everything but the observer and the handler filter, which are no data. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject()
        .put("format", values.format.name())
        .put("maxFrame", values.maxFrame)
        .put("linkWindow", values.linkWindow)
        .put("lostAfterMs", values.lostAfter.toMillis())
        .put("drainTimeoutMs", values.drainTimeout.toMillis())
        .put("suspectAfterMs", values.suspectAfter.toMillis())
        .put("goneAfterMs", values.goneAfter.toMillis())
        .put("blockingThreads", values.blockingThreads)
        .put("localCheck", values.localCheck)
        .put("tappedBodies", values.tappedBodies)
        .put("peerCriticality", values.peerCriticality.name())
        .put("cpu", values.cpu.toJson())
        .put("stalls", values.stalls.toJson());
    if (!values.callLimits.isEmpty()) {
      JsonObject callLimits = new JsonObject();
      values.callLimits.forEach(callLimits::put);
      json.put("callLimits", callLimits);
    }
    if (!values.breakers.isEmpty()) {
      json.put("breakers", new JsonArray(values.breakers.stream().sorted().toList()));
    }
    if (!values.limits.isEmpty()) {
      JsonObject limits = new JsonObject();
      values.limits.forEach((contract, limit) -> limits.put(contract, limit.toJson()));
      json.put("limits", limits);
    }
    return values.id == null ? json : json.put("id", values.id);
  }

  /**
   * Name of a node of its own in logs and messages: 1 to 64 letters, digits or {@code _.-}; default a
   * random one. In a cluster the membership names the nodes, so an id is refused there.
   */
  public NodeOptions withId(String id) {
    return with(draft -> draft.id = Objects.requireNonNull(id));
  }

  /** How bodies are written between nodes; default {@link Format#JSON}. Nodes read both. */
  public NodeOptions withFormat(Format format) {
    return with(draft -> draft.format = Objects.requireNonNull(format));
  }

  /** Bytes that one message may have on the wire, 4 KiB to 64 MiB; default 1 MiB. The same on all nodes. */
  public NodeOptions withMaxFrame(int bytes) {
    return with(draft -> draft.maxFrame = bytes);
  }

  /**
   * Bytes of requests and publications that each other node may have on the way to this one, and
   * that may wait here for the link to each of them before calls fail with OVERLOADED; 64 KiB to 64
   * MiB, default 4 MiB.
   */
  public NodeOptions withLinkWindow(int bytes) {
    return with(draft -> draft.linkWindow = bytes);
  }

  /** How long after its caller gave up a running call counts as lost; default 30 s, at most 1 day. */
  public NodeOptions withLostAfter(Duration lostAfter) {
    return with(draft -> draft.lostAfter = lostAfter);
  }

  /**
   * After how much silence another node gets no more calls (default 1.5 s), and after how much it is
   * given up and its calls fail with PEER_GONE (default 2.5 s). Heartbeats come each 500 ms.
   */
  public NodeOptions withLiveness(Duration suspectAfter, Duration goneAfter) {
    return with(draft -> {
      draft.suspectAfter = suspectAfter;
      draft.goneAfter = goneAfter;
    });
  }

  /** How long a verticle that stops waits for its running calls; default 10 s, at most 1 day. */
  public NodeOptions withDrainTimeout(Duration drainTimeout) {
    return with(draft -> draft.drainTimeout = drainTimeout);
  }

  /** Threads for {@code on.blocking}; default 20. */
  public NodeOptions withBlockingThreads(int threads) {
    return with(draft -> draft.blockingThreads = threads);
  }

  /**
   * Whether messages between verticles of this node go through encode, size limits and decode, as
   * they would between nodes; default false, and true in tests with vertebra-test.
   */
  public NodeOptions withLocalCheck(boolean localCheck) {
    return with(draft -> draft.localCheck = localCheck);
  }

  /** Whether taps, also those of other nodes, may see messages that are sent here and not only their headers; default false. */
  public NodeOptions withTappedBodies(boolean shown) {
    return with(draft -> draft.tappedBodies = shown);
  }

  /**
   * What a call from another node counts as at most, whatever that node says; default
   * {@link Criticality#CRITICAL_PLUS}, which trusts the other nodes.
   */
  public NodeOptions withPeerCriticality(Criticality highest) {
    return with(draft -> draft.peerCriticality = Objects.requireNonNull(highest));
  }

  /** Whether and how handlers are found that hold up an event loop; default {@link StallOptions#defaults()}. */
  public NodeOptions withStalls(StallOptions stalls) {
    return with(draft -> draft.stalls = Objects.requireNonNull(stalls));
  }

  /** How CPU work runs; default {@link CpuOptions#defaults()}. */
  public NodeOptions withCpu(CpuOptions cpu) {
    return with(draft -> draft.cpu = Objects.requireNonNull(cpu));
  }

  /**
   * The limit of a contract on this node, whatever the code of its verticle says; for operators. In
   * JSON {@code "limits": {"stock.reserve": {"inFlight": 16}}}. Default: none is set here.
   */
  public NodeOptions withLimit(String contract, Limit limit) {
    return with(draft -> {
      Map<String, Limit> limits = new HashMap<>(draft.limits);
      limits.put(Objects.requireNonNull(contract), Objects.requireNonNull(limit));
      draft.limits = Map.copyOf(limits);
    });
  }

  /**
   * How many calls of a contract this node may wait for at once, so that one slow service cannot take
   * all that its callers have; one more fails at once with OVERLOADED. In JSON {@code "callLimits":
   * {"payment.charge": 64}}. Default: as many as there is memory for.
   */
  public NodeOptions withCallLimit(String contract, int calls) {
    return with(draft -> {
      Map<String, Integer> limits = new HashMap<>(draft.callLimits);
      limits.put(Objects.requireNonNull(contract), calls);
      draft.callLimits = Map.copyOf(limits);
    });
  }

  /**
   * Stops this node's calls of a contract to another node for a while (1 s, then up to 30 s) when at
   * least half of at least 20 within 10 s failed there: timed out, lost their node, or their handler
   * broke. They go to other nodes then, or fail at once with OVERLOADED. In JSON {@code "breakers":
   * ["payment.charge"]}. Default: none, since it is wrong where callers expect timeouts.
   */
  public NodeOptions withBreaker(String contract) {
    return with(draft -> {
      Set<String> breakers = new HashSet<>(draft.breakers);
      breakers.add(Objects.requireNonNull(contract));
      draft.breakers = Set.copyOf(breakers);
    });
  }

  /** Who watches the node, such as {@code Metrics.on(meterRegistry)}; default nobody. */
  public NodeOptions withObserver(Observer observer) {
    return with(draft -> draft.observer = Objects.requireNonNull(observer));
  }

  /** What stands around every handler of the node's requests; default nothing. */
  public NodeOptions withHandlerFilter(HandlerFilter filter) {
    return with(draft -> draft.handlerFilter = Objects.requireNonNull(filter));
  }

  /** The id, or a fresh random one. */
  public String id() {
    return values.id != null
        ? values.id
        : "node-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
  }

  /** Whether the id was chosen. */
  public boolean hasId() {
    return values.id != null;
  }

  /** How bodies are written. */
  public Format format() {
    return values.format;
  }

  /** Bytes that one message may have on the wire. */
  public int maxFrame() {
    return values.maxFrame;
  }

  /** Bytes on the way from each other node, and waiting for the link to it. */
  public int linkWindow() {
    return values.linkWindow;
  }

  /** How long after its caller gave up a running call counts as lost. */
  public Duration lostAfter() {
    return values.lostAfter;
  }

  /** After how much silence another node gets no more calls. */
  public Duration suspectAfter() {
    return values.suspectAfter;
  }

  /** After how much silence another node is given up. */
  public Duration goneAfter() {
    return values.goneAfter;
  }

  /** How long a verticle that stops waits for its running calls. */
  public Duration drainTimeout() {
    return values.drainTimeout;
  }

  /** Threads for {@code on.blocking}. */
  public int blockingThreads() {
    return values.blockingThreads;
  }

  /** Whether local messages go through encode and decode. */
  public boolean isLocalCheck() {
    return values.localCheck;
  }

  /** Whether taps may see messages that are sent here. */
  public boolean isTappedBodies() {
    return values.tappedBodies;
  }

  /** What a call from another node counts as at most. */
  public Criticality peerCriticality() {
    return values.peerCriticality;
  }

  /** Whether and how handlers are found that hold up an event loop. */
  public StallOptions stalls() {
    return values.stalls;
  }

  /** How CPU work runs. */
  public CpuOptions cpu() {
    return values.cpu;
  }

  /** How many calls of each contract the node may wait for at once, where that is limited. */
  public Map<String, Integer> callLimits() {
    return values.callLimits;
  }

  /** The contracts whose calls stop for a while to a node on which they fail. */
  public Set<String> breakers() {
    return values.breakers;
  }

  /** The limit that was set for a contract, or null. */
  public @Nullable Limit limit(String contract) {
    return values.limits.get(contract);
  }

  /** Who watches the node, or null. */
  public @Nullable Observer observer() {
    return values.observer;
  }

  /** What stands around every handler, or null. */
  public @Nullable HandlerFilter handlerFilter() {
    return values.handlerFilter;
  }
}
