package io.vertebra.examples.orders;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param isHelp only explain the options
 * @param inFlight orders at a time
 * @param nodes processes: 1, or 3
 * @param isKillOne kill a process on the way
 * @param isServe take orders over HTTP instead of from the book
 * @param port for HTTP; 0 is any free one
 * @param orders file of orders, or null for the sample database
 * @param dump folder for the books, or null
 */
record Options(
    boolean isHelp,
    int inFlight,
    int nodes,
    boolean isKillOne,
    boolean isServe,
    int port,
    @Nullable Path orders,
    @Nullable Path dump) {

  static final String HELP = """
      Usage: java -jar order-fulfilment.jar [options]

      Fulfils 330 orders of a sample database, 64 at a time, and prints the RESULT.

        --sequential      one order at a time, by order number
        --in-flight N     N orders at a time, 1 to 10000 (default 64)
        --orders FILE     the orders of a JSON file instead (format: README.md)
        --dump DIR        write the books to DIR: orders, lines, stock, customers, effects (.csv)
        --nodes 3         three processes: the books and the driver on 1, the order processes on 2 and 3
        --kill-one        with --nodes 3: kill process 3 after 100 orders are final
        --serve           keep running and take orders over HTTP
        --port N          with --serve: the port (default 8080, 0 is any free one)
        --help            this text
      """;

  /** Reads the command line. Fails with {@link Wrong} if it cannot be followed. */
  static Options of(String... args) {
    Reading reading = new Reading(new ArrayDeque<>(List.of(args)));
    while (!reading.rest.isEmpty()) {
      reading.option(reading.rest.removeFirst());
    }
    return reading.finish();
  }

  /** The command line cannot be followed; the message says why. */
  static final class Wrong extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Wrong(String message) {
      super(message);
    }
  }

  private static final class Reading {
    private final Deque<String> rest;
    private boolean isHelp;
    private boolean isSequential;
    private boolean isKillOne;
    private boolean isServe;
    private int inFlight;
    private int nodes = 1;
    private int port = -1;
    private @Nullable Path orders;
    private @Nullable Path dump;

    Reading(Deque<String> rest) {
      this.rest = rest;
    }

    void option(String name) {
      switch (name) {
        case "--help", "-h" -> isHelp = true;
        case "--sequential" -> isSequential = true;
        case "--in-flight" -> inFlight = number(name, 1, 10_000);
        case "--orders" -> orders = Path.of(value(name));
        case "--dump" -> dump = Path.of(value(name));
        case "--nodes" -> nodes = number(name, 1, 3);
        case "--kill-one" -> isKillOne = true;
        case "--serve" -> isServe = true;
        case "--port" -> port = number(name, 0, 65_535);
        default -> throw new Wrong("Unknown option: " + name);
      }
    }

    Options finish() {
      refuse(nodes == 2, "--nodes is 1 or 3");
      refuse(isSequential && inFlight > 1, "--sequential means one order in flight");
      refuse(isKillOne && nodes != 3, "--kill-one needs --nodes 3");
      refuse(port >= 0 && !isServe, "--port needs --serve");
      refuse(
          isServe && (isSequential || inFlight > 0 || nodes > 1 || dump != null),
          "--serve takes orders over HTTP, on one node; it has no --sequential, --in-flight, --nodes or --dump");
      return new Options(
          isHelp,
          isSequential ? 1 : inFlight == 0 ? 64 : inFlight,
          nodes,
          isKillOne,
          isServe,
          port < 0 ? 8080 : port,
          orders,
          dump);
    }

    private static void refuse(boolean condition, String reason) {
      if (condition) {
        throw new Wrong(reason);
      }
    }

    private String value(String name) {
      String value = rest.pollFirst();
      if (value == null || value.startsWith("--")) {
        throw new Wrong(name + " needs a value");
      }
      return value;
    }

    private int number(String name, int from, int to) {
      String text = value(name);
      try {
        int number = Integer.parseInt(text);
        if (number >= from && number <= to) {
          return number;
        }
      } catch (NumberFormatException e) {
        // the message below says it
      }
      throw new Wrong(name + " needs a whole number from " + from + " to " + to + ", not " + text);
    }
  }
}
