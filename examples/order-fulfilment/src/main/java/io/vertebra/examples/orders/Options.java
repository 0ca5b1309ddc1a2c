package io.vertebra.examples.orders;

import io.vertx.pgclient.PgConnectOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param isHelp only explain the options
 * @param inFlight orders at a time
 * @param source which orders
 * @param store where the books are
 * @param nodes on which processes
 * @param servePort take orders over HTTP on this port instead of from the book, 0 for any free one; or -1
 * @param dump folder for a copy of the books, or null
 */
record Options(
    boolean isHelp,
    int inFlight,
    Source source,
    Store store,
    Nodes nodes,
    int servePort,
    @Nullable Path dump) {

  /**
   * Which orders.
   *
   * @param file of orders, or null for the sample database
   * @param rounds how often they are placed
   */
  record Source(@Nullable Path file, int rounds) {}

  /**
   * Where the books are.
   *
   * @param folder of the program's own server, if there is no other
   * @param database URI of another server, or null
   */
  record Store(Path folder, @Nullable String database) {}

  /**
   * On which processes.
   *
   * @param count 1 for this one, or 3 others
   * @param isKillOne kill one on the way
   * @param killEvery kill one, and start it again, each time so much has passed; or null
   */
  record Nodes(int count, boolean isKillOne, @Nullable Duration killEvery) {}

  static final String HELP = """
      Usage: java -jar order-fulfilment.jar [options]

      Fulfils 330 orders of a sample database, 64 at a time, and prints the RESULT. Whatever is killed
      on the way: start it again with the same options, and it goes on.

        --sequential      one order at a time, by order number
        --in-flight N     N orders at a time, 1 to 10000 (default 64)
        --orders FILE     the orders of a JSON file instead (format: README.md)
        --rounds N        the orders N times over, with N times the stock and credit (default 1,
                          with --kill-every 10)
        --data DIR        where the program's own PostgreSQL keeps the books (default .order-fulfilment)
        --database URI    another PostgreSQL: postgresql://user:password@host:port/database
        --dump DIR        write the books to DIR: orders, lines, stock, customers, effects (.csv)
        --nodes 3         on three processes more: this one only places the orders
        --kill-one        with --nodes 3: kill process 3 after 100 orders are final
        --kill-every 2s   with --nodes 3: kill a process and start it again, every 2 s (or 500ms)
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
    private static final Pattern INTERVAL = Pattern.compile("(\\d{1,6})(ms|s)");

    private final Deque<String> rest;
    private boolean isHelp;
    private boolean isSequential;
    private boolean isKillOne;
    private boolean isServe;
    private int inFlight;
    private int rounds;
    private int nodes = 1;
    private int port = -1;
    private @Nullable Duration killEvery;
    private @Nullable String database;
    private @Nullable Path data;
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
        case "--rounds" -> rounds = number(name, 1, 1_000);
        case "--data" -> data = Path.of(value(name));
        case "--database" -> database = uri(name);
        case "--dump" -> dump = Path.of(value(name));
        case "--nodes" -> nodes = number(name, 1, 3);
        case "--kill-one" -> isKillOne = true;
        case "--kill-every" -> killEvery = interval(name);
        case "--serve" -> isServe = true;
        case "--port" -> port = number(name, 0, 65_535);
        default -> throw new Wrong("Unknown option: " + name);
      }
    }

    Options finish() {
      refuse(nodes == 2, "--nodes is 1 or 3");
      refuse(isSequential && inFlight > 1, "--sequential means one order in flight");
      refuse(isKillOne && nodes != 3, "--kill-one needs --nodes 3");
      refuse(killEvery != null && nodes != 3, "--kill-every needs --nodes 3");
      refuse(isKillOne && killEvery != null, "--kill-one and --kill-every exclude each other");
      refuse(data != null && database != null, "--data and --database exclude each other");
      refuse(port >= 0 && !isServe, "--port needs --serve");
      refuse(
          isServe && (isSequential || inFlight > 0 || rounds > 0 || nodes > 1 || dump != null),
          "--serve takes orders over HTTP, on one node; it has no --sequential, --in-flight, --rounds, --nodes or --dump");
      return new Options(
          isHelp,
          isSequential ? 1 : inFlight == 0 ? 64 : inFlight,
          new Source(orders, rounds > 0 ? rounds : killEvery == null ? 1 : 10),
          new Store(data == null ? Path.of(".order-fulfilment") : data, database),
          new Nodes(nodes, isKillOne, killEvery),
          !isServe ? -1 : port < 0 ? 8080 : port,
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

    private String uri(String name) {
      String uri = value(name);
      try {
        PgConnectOptions.fromUri(uri);
        return uri;
      } catch (IllegalArgumentException e) {
        // Its own message would show the password.
        throw new Wrong("The database has the form postgresql://user:password@host:port/database");
      }
    }

    private Duration interval(String name) {
      String text = value(name);
      Matcher matcher = INTERVAL.matcher(text);
      if (matcher.matches()) {
        long number = Long.parseLong(matcher.group(1));
        Duration interval =
            matcher.group(2).equals("s") ? Duration.ofSeconds(number) : Duration.ofMillis(number);
        if (interval.toMillis() >= 100) {
          return interval;
        }
      }
      throw new Wrong(name + " needs a time of at least 100ms, such as 2s or 500ms, not " + text);
    }
  }
}
