package io.vertebra.gate;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.directory.ServedContract;
import io.vertebra.dispatch.BusyKeys;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Envelope;
import io.vertebra.dispatch.Instance;
import io.vertebra.dispatch.Priority;
import io.vertebra.dispatch.Reached;
import io.vertebra.dispatch.Route;
import io.vertebra.dispatch.ServedCall;
import io.vertebra.dispatch.TopicRoute;
import io.vertebra.error.CallException;
import io.vertebra.error.ContractException;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.VertebraException;
import io.vertebra.link.AnswerWriter;
import io.vertebra.link.ContractForms;
import io.vertebra.link.Inbound;
import io.vertebra.link.Links;
import io.vertebra.link.PeerLink;
import io.vertebra.link.RemoteWork;
import io.vertebra.link.RequestFrame;
import io.vertebra.messaging.GuardEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides about each request of other nodes, from its header alone: whether it still makes sense,
 * and which instance takes it. Runs on the link lane, so rejecting, cancelling and answering go on
 * while every event loop with user code is stalled.
 */
public final class Gate implements Inbound {
  private static final long MAX_REMAINING_NANOS = Duration.ofDays(1).toNanos();
  /** A request may wait for a while where it is sent, but then its caller ends it. */
  private static final long MIN_REMAINING_NANOS = -Duration.ofSeconds(1).toNanos();

  /** Stands in for the contract in failures about contracts that are not served here. */
  private static final Request<None, None> UNKNOWN = Request.of("unknown", None.class, None.class);

  private static final Request<None, Reached> REACHED =
      Request.of("vertebra.reached", None.class, Reached.class);

  private static final long BUSY_KEYS_ID = ServedContract.requestId(BusyKeys.ASK.id());

  private final Engine engine;
  private final Links links;
  private final Map<Long, Route> routes = new HashMap<>();
  private final Map<Long, TopicRoute<?>> topics = new HashMap<>();
  private final Map<PeerLink, CancelBudget> cancels = new HashMap<>();
  private boolean leaving;

  private record None() {}

  /** A gate in front of {@code engine}. */
  public Gate(Engine engine, Links links) {
    this.engine = engine;
    this.links = links;
  }

  /** Learns what is served here; on the link lane. */
  public void refresh() {
    routes.clear();
    for (Route route : engine.routes()) {
      routes.put(ServedContract.requestId(route.contract()), route);
    }
    topics.clear();
    for (TopicRoute<?> route : engine.topics().routes()) {
      topics.put(ServedContract.topicId(route.topic()), route);
    }
  }

  /** Whether requests are answered with DRAINING; on the link lane. */
  public void setLeaving(boolean leaving) {
    this.leaving = leaving;
  }

  @Override
  public void request(PeerLink from, RequestFrame frame) {
    long now = links.lane().nanoTime();
    if (from.cancelled().take(frame.callId(), now) || from.served().containsKey(frame.callId())) {
      return;
    }
    if (ContractForms.isWanted(frame)) {
      from.appendControl(ContractForms.answer(links, frame, engine));
      return;
    }
    if (frame.contractId() == BUSY_KEYS_ID) {
      answerBusyKeys(from, frame);
      return;
    }
    Route route = routes.get(frame.contractId());
    String name = route == null ? "unknown" : route.contract();
    if (leaving) {
      reject(from, frame, CallException.draining(name, engine.nodeId()));
      return;
    }
    if (frame.size() > links.maxFrame()) {
      reject(from, frame, ContractException.tooLarge(name, frame.size(), links.maxFrame()));
      return;
    }
    Instance<?, ?> instance = route == null ? null : find(route, frame);
    if (instance == null) {
      reject(from, frame, CallException.notServed(name));
      return;
    }
    long remaining =
        sane(from, frame.remainingNanos()) - Math.max(0, from.queuedNanos(frame.sentNanos(), now));
    if (remaining <= 0) {
      engine.guard().count(GuardEvent.Kind.EXPIRED, name, "at-gate");
      reject(from, frame, CallException.deadlineExceeded(name, Duration.ZERO, false));
      return;
    }
    admit(from, frame, instance, now + remaining);
  }

  /** The remaining time of a request, at most the longest that a call may have, at least none. */
  private long sane(PeerLink from, long remaining) {
    if (remaining < MIN_REMAINING_NANOS || remaining > MAX_REMAINING_NANOS) {
      engine
          .distrust()
          .report(
              from.node(),
              "deadline",
              () -> "a request claims to have " + remaining
                  + " ns left, which counts as nothing if negative, else as 1 day");
    }
    return Math.max(0, Math.min(remaining, MAX_REMAINING_NANOS));
  }

  private void answerBusyKeys(PeerLink from, RequestFrame frame) {
    AnswerWriter<BusyKeys> answer = new AnswerWriter<>(links, BusyKeys.ASK, frame.callId());
    BusyKeys.Wanted wanted;
    try {
      wanted = frame.decode(BusyKeys.Wanted.class, BusyKeys.ASK.name());
    } catch (ContractException unreadable) {
      from.appendControl(answer.failure(unreadable));
      return;
    }
    engine.busyKeys(wanted).onSuccess(busy -> from.appendControl(answer.reply(busy)));
  }

  private static @Nullable Instance<?, ?> find(Route route, RequestFrame frame) {
    return frame.instance() >= 0
        ? route.instanceAt(frame.instance())
        : route.pickInstance(frame.envelope().key());
  }

  private <Q, R> void admit(
      PeerLink from, RequestFrame frame, Instance<Q, R> instance, long deadline) {
    Request<Q, R> contract = instance.contract();
    InboundCall<R> inbound = new InboundCall<>(links, from, contract, frame.callId());
    ServedCall<Q, R> call = new ServedCall<>(
        engine,
        instance,
        inbound,
        new FrameBody<>(frame, contract),
        trusted(from, frame.envelope()),
        deadline);
    inbound.serveBy(call, deadline);
    engine.admit(call);
  }

  /** The body of a request, which stays bytes until its handler's context reads it. */
  private record FrameBody<Q>(RequestFrame frame, Request<Q, ?> contract)
      implements ServedCall.Body<Q> {
    @Override
    public Q read() {
      return frame.decode(contract.requestType(), contract.name());
    }

    @Override
    public int bytes() {
      return frame.size();
    }
  }

  /** The envelope with a priority that the other node may give. */
  private Envelope trusted(PeerLink from, Envelope claimed) {
    int priority = Priority.clamp(claimed.priority(), engine.settings().peerCriticality());
    if (priority == claimed.priority()) {
      return claimed;
    }
    engine
        .distrust()
        .report(
            from.node(),
            "criticality",
            () -> "a message claims priority " + claimed.priority() + ", which counts as "
                + priority + ", the most that peerCriticality allows");
    return claimed.withPriority(priority);
  }

  private void reject(PeerLink from, RequestFrame frame, VertebraException failure) {
    from.appendControl(new AnswerWriter<>(links, UNKNOWN, frame.callId()).failure(failure));
  }

  @Override
  public void publication(PeerLink from, RequestFrame frame) {
    if (frame.size() > links.maxFrame()) {
      if (frame.callId() != 0) {
        reject(from, frame, ContractException.tooLarge("topic", frame.size(), links.maxFrame()));
      }
      return;
    }
    TopicRoute<?> route = topics.get(frame.contractId());
    Reached reached = route == null ? new Reached(0, 0) : fanOut(from, route, frame);
    if (frame.callId() != 0) {
      from.appendControl(new AnswerWriter<>(links, REACHED, frame.callId()).reply(reached));
    }
  }

  @SuppressWarnings("unchecked") // a route's topic has the route's message type
  private <T> Reached fanOut(PeerLink from, TopicRoute<T> route, RequestFrame frame) {
    Topic<T> topic = (Topic<T>) engine.topics().subscribedTopic(route.topic());
    if (topic == null) {
      return new Reached(0, 0);
    }
    return route.fanOut(
        () -> frame.decode(topic.messageType(), topic.name()), trusted(from, frame.envelope()));
  }

  @Override
  public void cancel(PeerLink from, long callId) {
    RemoteWork call = from.served().get(callId);
    if (call == null) {
      rememberCancel(from, callId, links.lane().nanoTime());
    } else if (call.abandon(ErrorCode.CANCELLED)) {
      from.served().remove(callId);
    }
  }

  private void rememberCancel(PeerLink from, long callId, long now) {
    if (cancels.computeIfAbsent(from, fresh -> new CancelBudget(now)).take(now)) {
      from.cancelled().remember(callId, now);
    } else {
      engine
          .distrust()
          .report(
              from.node(),
              "cancels",
              () -> "it sends more than " + CancelBudget.MOST_AT_ONCE
                  + " cancels a second for calls that are not known here; those beyond are dropped");
    }
  }

  @Override
  public void callerGone(PeerLink from) {
    cancels.remove(from);
    for (RemoteWork call : new ArrayList<>(from.served().values())) {
      call.abandon(ErrorCode.PEER_GONE);
    }
    from.reset();
  }
}
