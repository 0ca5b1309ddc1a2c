package io.vertebra.dispatch;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Saves and spends retries on two threads, in every order that the model checker finds, and
 * compares what each of them is told with a plain counter. Time stands still: what a second adds comes
 * a moment after it was taken from the clock, which another thread may see. Why it is no
 * {@code RetryBudgetTest}, see {@link AdmissionIT}.
 */
@Tag("jdk17")
class RetryBudgetIT {
  private static final int CALLS_PER_RETRY = 10;
  private static final int CALLS_SAVED = 18;

  /** The budget of the engine, of which one retry and most of another are left. */
  public static class Engine {
    private final RetryBudget budget = new RetryBudget(0);

    public Engine() {
      while (budget.tryRetry(0)) {
        // Spends what it begins with.
      }
      for (int i = 0; i < CALLS_SAVED; i++) {
        budget.called();
      }
    }

    @Operation
    public void called() {
      budget.called();
    }

    @Operation
    public boolean tryRetry() {
      return budget.tryRetry(0);
    }
  }

  /** What it should do. */
  public static class Counted {
    private int calls = CALLS_SAVED;

    public void called() {
      calls++;
    }

    public boolean tryRetry() {
      if (calls < CALLS_PER_RETRY) {
        return false;
      }
      calls -= CALLS_PER_RETRY;
      return true;
    }
  }

  @Test
  void a_budget_is_saved_and_spent_exactly_in_every_order_of_steps() {
    new ModelCheckingOptions()
        .sequentialSpecification(Counted.class)
        .threads(2)
        .actorsPerThread(4)
        .iterations(4)
        .invocationsPerIteration(100)
        .check(Engine.class);
  }
}
