package io.vertebra.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;

/** Keeps processes on one core each, by {@code taskset} of Linux. */
public final class Pinning {
  private Pinning() {}

  /** From now on all threads of a process run on that core, counted from 0. */
  public static void pin(long pid, int core) {
    pin(pid, Integer.toString(core));
  }

  /** From now on all threads of a process run on any core from one to another; a child has those of its parent. */
  public static void spread(long pid, int first, int last) {
    pin(pid, first + "-" + last);
  }

  private static void pin(long pid, String cores) {
    List<String> command = List.of("taskset", "-a", "-c", "-p", cores, Long.toString(pid));
    try {
      int end = new ProcessBuilder(command)
          .redirectOutput(Redirect.DISCARD)
          .redirectErrorStream(true)
          .start()
          .waitFor();
      if (end != 0) {
        throw new IllegalStateException(String.join(" ", command) + " ended with " + end);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
