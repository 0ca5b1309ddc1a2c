package io.vertebra.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.dispatch.Relocation.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A handler that moves while calls come and end in any order. A failing run is repeated by its seed. */
@Tag("simulation")
class RelocationSimulationTest {
  private static final int RUNS = 100_000;

  @Test
  void calls_run_in_one_place_at_a_time_in_the_order_in_which_they_came_and_none_is_lost() {
    int moves = 0;
    int held = 0;
    for (long seed = 0; seed < RUNS; seed++) {
      Run run = new Run(seed);
      run.play();
      moves += run.moves;
      held += run.held;
    }
    assertThat(moves).isGreaterThan(RUNS);
    assertThat(held).isGreaterThan(RUNS);
  }

  private static final class Run {
    private final long seed;
    private final Random random;
    private final Relocation<Integer> relocation = new Relocation<>();
    private final List<Integer> running = new ArrayList<>();
    private final Map<Integer, Place> places = new HashMap<>();
    private int started;
    int moves;
    int held;

    Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void play() {
      int calls = random.nextInt(40);
      for (int call = 0; call < calls; call++) {
        for (int i = random.nextInt(4); i > 0; i--) {
          happen();
        }
        arrive(call);
      }
      while (started < calls || !running.isEmpty()) {
        if (running.isEmpty()) {
          throw new AssertionError("calls are held for ever, seed " + seed);
        }
        end();
      }
      assertThat(relocation.isMoving()).as("seed %d", seed).isFalse();
    }

    private void arrive(int call) {
      if (relocation.isAtHome()) {
        relocation.startedAtHome();
        start(call, Place.LOOP);
      } else {
        relocation.arrived(call);
        int before = started;
        startHeld();
        held += started == before ? 1 : 0;
      }
    }

    private void happen() {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          if (!running.isEmpty()) {
            end();
          }
        }
        case 2 -> move(Place.ELSEWHERE);
        case 3 -> move(Place.LOOP);
        default -> {
          if (relocation.isMoving()) {
            relocation.stay();
            startHeld();
          }
        }
      }
    }

    private void move(Place to) {
      Place before = relocation.place();
      relocation.move(to);
      moves += relocation.place() == before ? 0 : 1;
      startHeld();
    }

    private void end() {
      running.remove(random.nextInt(running.size()));
      Place before = relocation.place();
      relocation.ended();
      moves += relocation.place() == before ? 0 : 1;
      startHeld();
    }

    private void startHeld() {
      for (Integer call = relocation.next(); call != null; call = relocation.next()) {
        start(call, relocation.place());
      }
    }

    private void start(int call, Place place) {
      assertThat(call).as("order, seed %d", seed).isEqualTo(started);
      started++;
      for (int other : running) {
        assertThat(places.get(other)).as("place, seed %d", seed).isEqualTo(place);
      }
      places.put(call, place);
      running.add(call);
    }
  }
}
