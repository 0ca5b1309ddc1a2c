package io.vertebra.benchmarks.guard;

import java.util.Locale;

/** The line that a benchmark ends with, one for each case. */
public final class Result {
  private final StringBuilder line;
  private double ours;

  private Result(String benchmark, String what) {
    line = new StringBuilder("RESULT ").append(benchmark).append(" case=").append(what);
  }

  /** The line of one case. */
  public static Result of(String benchmark, String what) {
    return new Result(benchmark, what);
  }

  /** What our side did. */
  public Result ours(double value) {
    ours = value;
    return with("ours", value);
  }

  /** What another did. */
  public Result peer(String name, double value) {
    return peer(name, number(value));
  }

  /** What another did, if that is no number. */
  public Result peer(String name, String value) {
    return with("peer", name + ":" + value);
  }

  /** Ours is good if it is so much or less. */
  public Result atMost(double target) {
    return with("target", target).with("met", ours <= target);
  }

  /** Ours is good if it is so much or more. */
  public Result atLeast(double target) {
    return with("target", target).with("met", ours >= target);
  }

  /** One more figure. */
  public Result with(String key, long value) {
    return with(key, (Object) value);
  }

  /** One more figure. */
  public Result with(String key, double value) {
    return with(key, (Object) number(value));
  }

  /** One more figure. */
  public Result with(String key, Object value) {
    line.append(' ').append(key).append('=').append(value);
    return this;
  }

  /** Prints the line. */
  public void print() {
    System.out.println(line);
  }

  /** Prints the line, with what is to be known about the rounds. */
  public void print(Rounds<?> rounds) {
    with("rounds", rounds.rounds())
        .with("repeated", rounds.repeated())
        .with("noload_p99_us", rounds.controlMicros())
        .print();
  }

  /** The line so far. */
  @Override
  public String toString() {
    return line.toString();
  }

  /** Four digits, whole if there are as many before the point. */
  private static String number(double value) {
    double size = Math.abs(value);
    if (size >= 1000 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return String.format(
        Locale.ROOT,
        size >= 100 ? "%.1f" : size >= 10 ? "%.2f" : size >= 0.1 ? "%.4f" : "%.5f",
        value);
  }
}
