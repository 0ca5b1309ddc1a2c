package io.vertebra.benchmarks.guard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** What became of calls over time, by when they were due. Belongs to the context of the caller until all calls have ended. */
public final class Windows implements Steady.Ended {
  private final long startedAt = System.nanoTime();
  private final long length;
  private final List<Window> windows = new ArrayList<>();

  /** Windows of this length, the first of which begins now. */
  public Windows(Duration length) {
    this.length = length.toNanos();
  }

  /** The calls that were due in one window. */
  public static final class Window {
    private final Histogram latencies = new Histogram(2);
    private long due;

    /** Answers; each has a latency from when it was due, in nanoseconds. */
    public Histogram latencies() {
      return latencies;
    }

    /** The share of the calls that was answered; 1 if there were none. */
    public double share() {
      return due == 0 ? 1 : latencies.getTotalCount() / (double) due;
    }
  }

  @Override
  public void ended(long dueAt, boolean isAnswer) {
    Window window = at(indexOf(dueAt));
    window.due++;
    if (isAnswer) {
      window.latencies.recordValue(Math.max(0, System.nanoTime() - dueAt));
    }
  }

  private Window at(int index) {
    while (windows.size() <= index) {
      windows.add(new Window());
    }
    return windows.get(index);
  }

  /** The number of the window that an instant is in. */
  public int indexOf(long nanoTime) {
    return (int) ((nanoTime - startedAt) / length);
  }

  /** How many windows there are. */
  public int size() {
    return windows.size();
  }

  /** Windows from one to before another one, taken together. */
  public Window together(int from, int to) {
    Window all = new Window();
    for (Window window : windows.subList(from, Math.min(to, windows.size()))) {
      all.due += window.due;
      all.latencies.add(window.latencies);
    }
    return all;
  }
}
