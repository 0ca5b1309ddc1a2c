package io.vertebra.dispatch;

import io.vertebra.error.ErrorCode;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** What became of the calls that a node made, apart from the good ones. Safe for use by any thread. */
public final class CallStats {
  private final Map<ErrorCode, LongAdder> byCode = new EnumMap<>(ErrorCode.class);
  private final LongAdder rerouted = new LongAdder();
  private final LongAdder late = new LongAdder();
  private final LongAdder roots = new LongAdder();

  CallStats() {
    for (ErrorCode code : ErrorCode.values()) {
      byCode.put(code, new LongAdder());
    }
  }

  private LongAdder counter(ErrorCode code) {
    return Objects.requireNonNull(byCode.get(code));
  }

  void ended(ErrorCode code) {
    counter(code).increment();
  }

  void rerouted() {
    rerouted.increment();
  }

  void lateReply() {
    late.increment();
  }

  void rootCall() {
    roots.increment();
  }

  /** Calls that ended with {@code code} without hearing from a handler. */
  public long endedWith(ErrorCode code) {
    return counter(code).sum();
  }

  /** Calls sent to another node because the first had not run them. */
  public long reroutedCalls() {
    return rerouted.sum();
  }

  /** Replies that came after the caller had given up. */
  public long lateReplies() {
    return late.sum();
  }

  /** Calls made without a parent. */
  public long rootCalls() {
    return roots.sum();
  }
}
