package io.vertebra.benchmarks;

import io.vertebra.benchmarks.load.Load;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What follows the name on the command line. Each benchmark takes what it knows; the rest is refused. */
public final class Arguments {
  private final List<String> rest;

  Arguments(List<String> arguments) {
    this.rest = new ArrayList<>(arguments);
  }

  /** Whether a flag was given. */
  public boolean takeFlag(String name) {
    return rest.remove("--" + name);
  }

  /** The value of an option, if given. */
  public Optional<String> takeOption(String name) {
    int at = rest.indexOf("--" + name);
    if (at < 0) {
      return Optional.empty();
    }
    rest.remove(at);
    if (at == rest.size()) {
      throw new IllegalArgumentException("--" + name + " wants a value");
    }
    return Optional.of(rest.remove(at));
  }

  /** The value of {@code --name} as a positive number. */
  public int takeNumber(String name, int otherwise) {
    String text = takeOption(name).orElse(Integer.toString(otherwise));
    int value;
    try {
      value = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      value = 0;
    }
    if (value < 1) {
      throw new IllegalArgumentException("--" + name + " wants a number from 1: " + text);
    }
    return value;
  }

  /** How long one round is: {@code --seconds}, default 2. */
  public Duration takeRound() {
    return Duration.ofSeconds(takeNumber("seconds", 2));
  }

  /** The value of {@code --name} as positive numbers with commas between. */
  public List<Integer> takeNumbers(String name, String otherwise) {
    String text = takeOption(name).orElse(otherwise);
    if (!text.matches("[1-9]\\d{0,5}(,[1-9]\\d{0,5})*")) {
      throw new IllegalArgumentException(
          "--" + name + " wants numbers from 1, with commas between: " + text);
    }
    return Arrays.stream(text.split(",", -1)).map(Integer::valueOf).toList();
  }

  /** {@code --seconds} as above, and {@code --inflight N,N,..}, default 1, 64 and 1024. */
  public Load takeLoad() {
    return new Load(takeRound(), takeNumbers("inflight", "1,64,1024"));
  }

  /** Refuses what nobody took. */
  public void end() {
    if (!rest.isEmpty()) {
      throw new IllegalArgumentException("unknown: " + String.join(" ", rest));
    }
  }
}
