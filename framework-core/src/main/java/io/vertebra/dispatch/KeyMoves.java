package io.vertebra.dispatch;

import io.vertebra.error.CallException;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.OverloadedException;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds calls whose key has moved to another node until the node that had it before is done with it,
 * or is gone. The former owner is asked over the same link as the calls it got before, so it has
 * those when it answers. State is confined to the control lane.
 */
final class KeyMoves {
  /** Calls of one contract that are held; more are refused. */
  private static final int MOST_HELD = 10_000;
  /** By then what callers were just sending by the old owners is on its way. */
  private static final long FIRST_PAUSE_NANOS = 8_000_000L;

  private static final long LONGEST_PAUSE_NANOS = 128_000_000L;
  private static final Set<ErrorCode> DONE =
      Set.of(ErrorCode.PEER_GONE, ErrorCode.NOT_SERVED, ErrorCode.CANCELLED);

  private final Engine engine;
  private final Lane control;
  private final Map<Route, Move> moves = new HashMap<>();

  KeyMoves(Engine engine) {
    this.engine = engine;
    this.control = engine.control();
  }

  /** The keys of a contract have new owners. Any thread. */
  void moved(Route route) {
    control.run(() -> moves.computeIfAbsent(route, Move::new).begin());
  }

  /** Holds a call that a former owner of its key holds up. On the exchange's lane. */
  void hold(Exchange<?, ?> exchange) {
    control.run(() -> {
      if (isHeldUp(exchange)) {
        enqueue(exchange);
      } else {
        exchange.resume();
      }
    });
  }

  private void enqueue(Exchange<?, ?> exchange) {
    Route route = exchange.route();
    Move move = moves.get(route);
    if (move == null) {
      move = new Move(route);
      moves.put(route, move);
      move.begin();
    }
    if (move.held.size() < MOST_HELD) {
      move.held.add(exchange);
    } else {
      exchange.rejected(OverloadedException.queueFull(
          exchange.contract().name(),
          route.inFlight(),
          MOST_HELD,
          Duration.ofNanos(LONGEST_PAUSE_NANOS)));
    }
  }

  /** A held call has ended without being sent. Any thread. */
  void forget(Exchange<?, ?> exchange) {
    control.run(() -> {
      Move move = moves.get(exchange.route());
      if (move != null) {
        move.held.remove(exchange);
      }
    });
  }

  /** The keys that this node is busy with though it does not own them among {@code nodes}. Control lane only. */
  Future<BusyKeys> findBusy(Route route, List<String> nodes) {
    Set<String> keys = new HashSet<>();
    List<Future<Void>> searched = new ArrayList<>();
    for (Instance<?, ?> instance : route.allInstances()) {
      Promise<Void> done = Promise.promise();
      searched.add(done.future());
      instance.queue().addKeysTo(keys);
      instance.lane().post(() -> {
        List<String> found = instance.busyKeys();
        control.post(() -> {
          keys.addAll(found);
          done.complete();
        });
      });
    }
    return Future.join(searched).map(all -> {
      keys.removeIf(key -> KeyOwners.isOwner(engine.nodeId(), key, nodes));
      return BusyKeys.of(keys);
    });
  }

  /** One contract whose former owners have not all said that they are done. */
  private final class Move extends Timed {
    private final Route route;
    private final Set<Exchange<?, ?>> held = new LinkedHashSet<>();
    private long pauseNanos;
    private int round;
    private int unanswered;

    Move(Route route) {
      this.route = route;
    }

    void begin() {
      round++;
      pauseNanos = FIRST_PAUSE_NANOS;
      letGo();
      pause();
    }

    private void letGo() {
      held.removeIf(exchange -> {
        boolean isFree = !isHeldUp(exchange);
        if (isFree) {
          exchange.resume();
        }
        return isFree;
      });
    }

    /** Asks again after a while, if somebody may still be busy. */
    private void pause() {
      control.disarm(this);
      if (route.owners().former().isEmpty()) {
        moves.remove(route);
      } else {
        control.arm(this, control.nanoTime() + pauseNanos);
        pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
      }
    }

    @Override
    protected void onDeadline(long nowNanos) {
      KeyOwners owners = route.owners();
      List<String> nodes = List.copyOf(owners.nodes());
      int asking = ++round;
      unanswered = owners.former().size();
      owners
          .former()
          .forEach((node, former) -> ask(former.node(), nodes)
              .onComplete((busy, failure) -> control.run(() -> {
                route.answered(owners.version(), node, toSet(busy, failure));
                answered(asking);
              })));
    }

    private Future<BusyKeys> ask(@Nullable Target node, List<String> nodes) {
      return node == null
          ? findBusy(route, nodes)
          : engine.ask(
              node,
              BusyKeys.ASK,
              new BusyKeys.Wanted(route.contract(), nodes),
              CallOptions.defaults());
    }

    private void answered(int asked) {
      if (asked == round) {
        letGo();
        unanswered--;
        if (unanswered == 0) {
          pause();
        }
      }
    }
  }

  private static boolean isHeldUp(Exchange<?, ?> exchange) {
    String key = exchange.envelope().key();
    return key != null && exchange.route().owners().isHeldUp(key);
  }

  /** A node that is gone, or that knows no such question, is done. */
  private static @Nullable Set<String> toSet(@Nullable BusyKeys busy, @Nullable Throwable failure) {
    if (busy != null) {
      return busy.toSet();
    }
    return failure instanceof CallException call && DONE.contains(call.code()) ? Set.of() : null;
  }
}
