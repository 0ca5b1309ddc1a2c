package io.vertebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertebra.contract.Request;
import io.vertebra.limit.CpuOptions;
import io.vertebra.limit.Limit;
import io.vertebra.limit.StallOptions;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.Criticality;
import io.vertebra.observe.Observer;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class NodeOptionsTest {
  private static final HandlerFilter NO_FILTER = new HandlerFilter() {
    @Override
    public <Q, R> Future<R> handle(
        Request<Q, R> contract,
        Q message,
        Call call,
        BiFunction<? super Q, ? super Call, Future<R>> handler) {
      return handler.apply(message, call);
    }
  };

  private static final NodeOptions DEFAULTS = NodeOptions.defaults();

  @Test
  void it_has_defaults() {
    assertThat(DEFAULTS.id()).matches("node-[0-9a-f]{8}");
    assertThat(DEFAULTS.id()).as("a fresh one each time").isNotEqualTo(DEFAULTS.id());
    assertThat(DEFAULTS.toJson())
        .isEqualTo(new JsonObject()
            .put("format", "JSON")
            .put("maxFrame", 1024 * 1024)
            .put("linkWindow", 4 * 1024 * 1024)
            .put("lostAfterMs", 30_000L)
            .put("drainTimeoutMs", 10_000L)
            .put("suspectAfterMs", 1_500L)
            .put("goneAfterMs", 2_500L)
            .put("blockingThreads", 20)
            .put("localCheck", false)
            .put("tappedBodies", false)
            .put("peerCriticality", "CRITICAL_PLUS")
            .put(
                "cpu",
                new JsonObject()
                    .put("threads", 0)
                    .put("maxWaitMs", 1_000L)
                    .put("queue", 1024)
                    .put("spareCore", false))
            .put(
                "stalls",
                new JsonObject()
                    .put("enabled", true)
                    .put("thresholdMs", 10L)
                    .put("reaction", "WARN")));
    assertThat(DEFAULTS.observer()).isNull();
    assertThat(NodeOptions.fromJson(new JsonObject()).toJson()).isEqualTo(DEFAULTS.toJson());
  }

  @Test
  void json_brings_back_everything_but_what_is_code() {
    NodeOptions options = DEFAULTS
        .withId("shop_1.A-b")
        .withFormat(Format.CBOR)
        .withPeerCriticality(Criticality.SHEDDABLE)
        .withStalls(StallOptions.defaults().withEnabled(false))
        .withCallLimit("payment.charge", 7)
        .withBreaker("payment.charge")
        .withLinkWindow(128 * 1024)
        .withCpu(CpuOptions.defaults().withThreads(3))
        .withLimit("stock.reserve", Limit.fixed(3))
        .withLimit("payment.charge", Limit.adaptive(20))
        .withMaxFrame(5_000)
        .withLostAfter(Duration.ofSeconds(7))
        .withDrainTimeout(Duration.ZERO)
        .withLiveness(Duration.ofSeconds(3), Duration.ofSeconds(4))
        .withBlockingThreads(3)
        .withLocalCheck(true)
        .withTappedBodies(true)
        .withObserver(node -> {});
    NodeOptions read = NodeOptions.fromJson(new JsonObject(options.toJson().encode()));
    assertThat(read.id()).isEqualTo("shop_1.A-b");
    assertThat(read.format()).isEqualTo(Format.CBOR);
    assertThat(read.peerCriticality()).isEqualTo(Criticality.SHEDDABLE);
    assertThat(read.breakers()).containsExactly("payment.charge");
    assertThat(read.linkWindow()).isEqualTo(128 * 1024);
    assertThat(read.callLimits()).isEqualTo(Map.of("payment.charge", 7));
    assertThat(read.stalls().isEnabled()).isFalse();
    assertThat(read.cpu().threads()).isEqualTo(3);
    assertThat(read.limit("stock.reserve").inFlight()).isEqualTo(3);
    assertThat(read.limit("payment.charge").isAdaptive()).isTrue();
    assertThat(read.limit("shipping.send")).isNull();
    assertThat(read.maxFrame()).isEqualTo(5_000);
    assertThat(read.lostAfter()).isEqualTo(Duration.ofSeconds(7));
    assertThat(read.drainTimeout()).isEqualTo(Duration.ZERO);
    assertThat(read.blockingThreads()).isEqualTo(3);
    assertThat(read.isLocalCheck()).isTrue();
    assertThat(read.observer()).isNull();
    assertThat(read.toJson()).isEqualTo(options.toJson());
  }

  @Test
  void each_change_leaves_the_rest_and_the_original_alone() {
    Observer observer = node -> {};
    NodeOptions observed = DEFAULTS.withObserver(observer);
    assertThat(observed.withId("a").withBlockingThreads(1).observer()).isSameAs(observer);
    assertThat(observed.withHandlerFilter(NO_FILTER).observer()).isSameAs(observer);
    assertThat(DEFAULTS.withHandlerFilter(NO_FILTER).withId("a").handlerFilter())
        .isSameAs(NO_FILTER);
    assertThat(DEFAULTS.observer()).isNull();
    assertThat(DEFAULTS.handlerFilter()).isNull();
    assertThat(DEFAULTS.withId("a").withId("b").id()).isEqualTo("b");
  }

  @Test
  void contradictions_are_refused() {
    List<ThrowingCallable> contradictions = List.of(
        () -> DEFAULTS.withId(""),
        () -> DEFAULTS.withId("with space"),
        () -> DEFAULTS.withId("x".repeat(65)),
        () -> DEFAULTS.withMaxFrame(4 * 1024 - 1),
        () -> DEFAULTS.withMaxFrame(64 * 1024 * 1024 + 1),
        () -> DEFAULTS.withLostAfter(Duration.ZERO),
        () -> DEFAULTS.withLostAfter(Duration.ofMillis(-1)),
        () -> DEFAULTS.withLostAfter(Duration.ofDays(2)),
        () -> DEFAULTS.withDrainTimeout(Duration.ofMillis(-1)),
        () -> DEFAULTS.withDrainTimeout(Duration.ofDays(2)),
        () -> DEFAULTS.withBlockingThreads(0),
        () -> NodeOptions.fromJson(new JsonObject().put("blockingThreads", 0)),
        () -> NodeOptions.fromJson(new JsonObject().put("format", "XML")));
    contradictions.forEach(each -> assertThatIllegalArgumentException().isThrownBy(each));
  }
}
