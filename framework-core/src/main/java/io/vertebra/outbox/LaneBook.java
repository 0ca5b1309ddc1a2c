package io.vertebra.outbox;

import io.vertebra.outbox.Outbox.Lane;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The lanes of the partitions that are held: where rows may wait, and how many of each are here. */
final class LaneBook {
  /** With so many rows of a lane still here, more are fetched beside them. */
  private static final int STRAGGLERS = 8;

  private final Map<Lane, State> lanes = new LinkedHashMap<>();
  private List<State> turns = List.of();
  private int first;

  /** One lane. */
  static final class State {
    final Lane lane;
    private boolean hungry = true;
    private int here;
    private int asked;
    private int found;

    State(Lane lane) {
      this.lane = lane;
    }

    /** Rows may wait there that are not here. */
    void hunger() {
      hungry = true;
    }

    /** Asks for so many rows beside those that are here; answers the number to ask for. */
    int ask(int more) {
      hungry = false;
      asked = here + more;
      return asked;
    }

    void found() {
      found++;
    }

    void came() {
      here++;
    }

    void went() {
      here--;
    }
  }

  void add(Lane lane) {
    lanes.put(lane, new State(lane));
    turns = List.copyOf(lanes.values());
  }

  void removePartitions(Collection<Integer> partitions) {
    lanes.keySet().removeIf(lane -> partitions.contains(lane.partition()));
    turns = List.copyOf(lanes.values());
  }

  @Nullable
  State find(Lane lane) {
    return lanes.get(lane);
  }

  /** Rows may wait in these partitions, one bit each. */
  void hunger(long partitions) {
    for (State state : turns) {
      state.hungry |= (partitions >>> state.lane.partition() & 1) != 0;
    }
  }

  /** What was asked for has come: a lane that gave all that was asked for may have more. */
  void answered() {
    for (State state : turns) {
      state.hungry |= state.asked > 0 && state.found >= state.asked;
      state.asked = 0;
      state.found = 0;
    }
  }

  /** What was asked for has not come. */
  void notAnswered() {
    for (State state : turns) {
      state.hungry |= state.asked > 0;
      state.asked = 0;
      state.found = 0;
    }
  }

  /** Up to {@code most} hungry lanes that {@code mayAsk}; the others have their turn next time. */
  List<State> hungry(int most, Predicate<Lane> mayAsk) {
    List<State> all = new ArrayList<>();
    for (int i = 0; i < turns.size() && all.size() < most; i++) {
      State state = turns.get((i + first) % turns.size());
      if (state.hungry && state.here <= STRAGGLERS && mayAsk.test(state.lane)) {
        all.add(state);
      }
    }
    first = turns.isEmpty() ? 0 : (first + 1) % turns.size();
    return all;
  }
}
