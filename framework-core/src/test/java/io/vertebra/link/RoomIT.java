package io.vertebra.link;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Takes room on two threads and gives it back, in every order that the model checker finds, and
 * compares what each of them is told with a plain counter.
 */
@Tag("jdk17")
class RoomIT {
  private static final int FRAME = 100;
  private static final int COST = FRAME + 256;
  private static final int FRAMES = 9;
  /** More than all steps of a run give back. */
  private static final int TAKEN = 8;

  /** The room of a link, which is full but for one frame. */
  public static class Link {
    private final Room room = new Room(FRAMES * COST);

    public Link() {
      for (int i = 0; i < TAKEN; i++) {
        room.tryTake(FRAME);
      }
    }

    @Operation
    public boolean take() {
      return room.tryTake(FRAME);
    }

    @Operation
    public void giveBack() {
      room.giveBack(FRAME);
    }
  }

  /** What it should do. */
  public static class Counted {
    private int frames = TAKEN;

    public boolean take() {
      if (frames == FRAMES) {
        return false;
      }
      frames++;
      return true;
    }

    public void giveBack() {
      frames--;
    }
  }

  @Test
  void room_is_given_and_taken_back_exactly_in_every_order_of_steps() {
    new ModelCheckingOptions()
        .sequentialSpecification(Counted.class)
        .threads(2)
        .actorsPerThread(3)
        .iterations(4)
        .invocationsPerIteration(100)
        .check(Link.class);
  }
}
