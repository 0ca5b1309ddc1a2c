package io.vertebra.directory;

import io.vertebra.directory.InboundFrames.Loss;
import java.util.ArrayList;
import java.util.List;

/** The calls of one simulated node, and the frames that carry them: the rules that a link follows. */
final class SimulatedCalls {
  /** What a frame says, with the newest frame of the receiver that its sender had seen. */
  private record Frame(
      SimulatedNode from,
      long toIncarnation,
      long epoch,
      long number,
      long seenEpoch,
      long seenNumber,
      Object content) {}

  private record Request(SimulatedCall call) {}

  private record Reply(SimulatedCall call, boolean hasRun) {}

  private record Cancel(SimulatedCall call) {}

  private static final class Link {
    final PendingCalls.Peer calls;
    long epoch = 1;
    long number;
    long inboundIncarnation;
    InboundFrames inbound = new InboundFrames();
    final List<SimulatedCall> running = new ArrayList<>();
    final CancelledCalls cancelled = new CancelledCalls(1_000 * Simulation.MS, 16);

    Link(PendingCalls.Peer calls) {
      this.calls = calls;
    }
  }

  private final Simulation simulation;
  private final SimulatedNode node;
  private final PendingCalls<SimulatedCall> pending = new PendingCalls<>();
  private final Link[] links;

  SimulatedCalls(Simulation simulation, SimulatedNode node) {
    this.simulation = simulation;
    this.node = node;
    this.links = new Link[simulation.nodes.length];
    for (int i = 0; i < links.length; i++) {
      links[i] = new Link(pending.newPeer(Simulation.nameOf(i)));
    }
  }

  boolean hasPendingTo(SimulatedNode peer) {
    boolean[] has = new boolean[1];
    pending.forEach(
        links[peer.index].calls, call -> has[0] |= call.targetIncarnation == peer.incarnation);
    return has[0];
  }

  int pending() {
    return pending.size();
  }

  long epochTo(int peer) {
    return links[peer].epoch;
  }

  void start(NodeRoute route) {
    int target = Simulation.indexOf(route.node());
    SimulatedCall call = simulation.newCall(node, target, route.incarnation());
    pending.put(links[target].calls, call.id, call);
    simulation.in(simulation.random.nextLong(Simulation.MS), () -> node.arrive(() -> flush(call)));
    long timeout = simulation.random.nextLong(300, 1_900) * Simulation.MS;
    simulation.in(timeout, () -> node.arrive(() -> expire(call)));
  }

  /**
   * All calls to the peer fail, those from it are dropped, and what is sent from now on goes over a
   * new link.
   */
  void peerGone(int peer) {
    Link link = links[peer];
    for (SimulatedCall each : link.running) {
      each.droppedAt = simulation.now;
    }
    link.running.clear();
    pending.peerGone(link.calls, (call, mayHaveRun) -> call.end("peer gone", mayHaveRun));
    link.epoch++;
    link.number = 0;
  }

  /** What a peer had dropped before it sent something that was heard must have failed by then. */
  void checkNoneDropped(int peer, long sentAt) {
    pending.forEach(
        links[peer].calls,
        call -> simulation.check(
            call.droppedAt >= sentAt, node, "waits for a call that the peer has dropped:", call));
  }

  private void flush(SimulatedCall call) {
    if (call.isPending()) {
      Link link = links[call.target];
      call.sentIn(link.epoch, send(call.target, call.targetIncarnation, new Request(call)));
    }
  }

  private void expire(SimulatedCall call) {
    if (pending.remove(call.id) != null) {
      call.end("deadline exceeded", call.isSent());
      if (call.isSent()) {
        send(call.target, call.targetIncarnation, new Cancel(call));
      }
    }
  }

  private long send(int to, long toIncarnation, Object content) {
    Link link = links[to];
    InboundFrames inbound = link.inbound;
    Frame frame = new Frame(
        node, toIncarnation, link.epoch, ++link.number, inbound.epoch(), inbound.frame(), content);
    simulation.network.send(node.index, to, receiver -> receiver.calls.receive(frame));
    return frame.number();
  }

  private void receive(Frame frame) {
    SimulatedNode from = frame.from();
    Link link = links[from.index];
    if (frame.toIncarnation() != node.incarnation || from.incarnation < link.inboundIncarnation) {
      return;
    }
    if (from.incarnation > link.inboundIncarnation) {
      link.inboundIncarnation = from.incarnation;
      link.inbound = new InboundFrames();
      link.cancelled.clear();
    }
    if (!link.inbound.accept(frame.epoch(), frame.number())) {
      return;
    }
    Loss loss = link.inbound.loss();
    if (loss != null) {
      pending.repliesLost(
          link.calls,
          frame.seenEpoch(),
          frame.seenNumber(),
          (call, mayHaveRun) -> call.end("reply lost", mayHaveRun));
      send(from.index, from.incarnation, loss);
    }
    handle(frame.content(), link);
  }

  private void handle(Object content, Link link) {
    if (content instanceof Request request) {
      run(request.call(), link);
    } else if (content instanceof Reply reply) {
      if (pending.reply(link.calls, reply.call().id) != null) {
        reply.call().end("reply", reply.hasRun());
      }
    } else if (content instanceof Cancel cancel) {
      link.cancelled.remember(cancel.call().id, simulation.now);
    } else if (content instanceof Loss loss) {
      pending.requestsLost(
          link.calls, loss, (call, mayHaveRun) -> call.end("request lost", mayHaveRun));
    }
  }

  private void run(SimulatedCall call, Link link) {
    if (link.cancelled.take(call.id, simulation.now)) {
      return;
    }
    SimulatedNode caller = call.caller;
    if (node.state() != ServingState.READY) {
      send(caller.index, caller.incarnation, new Reply(call, false));
      return;
    }
    call.runs++;
    link.running.add(call);
    simulation.in(
        simulation.random.nextLong(400) * Simulation.MS,
        () -> node.arrive(() -> {
          if (link.running.remove(call)) {
            send(caller.index, caller.incarnation, new Reply(call, true));
          }
        }));
  }
}
