package io.vertebra.cluster.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The SQL of one store: sections of a resource that begin with {@code -- :name}. {@code @now} in them
 * is the database's time.
 */
final class Statements {
  private static final String MARK = "-- :";

  private final Map<String, String> byName = new HashMap<>();

  /**
   * Reads a resource.
   *
   * @param resource its name, in this package
   * @param now what stands for the time; one value for a whole statement
   */
  Statements(String resource, String now) {
    String text = read(resource);
    for (String section :
        text.substring(text.indexOf(MARK) + MARK.length()).split("\n" + MARK, -1)) {
      String[] nameAndSql = section.split("\n", 2);
      byName.put(nameAndSql[0].strip(), nameAndSql[1].replace("@now", now).strip());
    }
  }

  /** The statement with this name. */
  String get(String name) {
    return Objects.requireNonNull(byName.get(name), name);
  }

  /** The text of a resource of this package. */
  static String read(String resource) {
    try (InputStream in = Statements.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in, resource).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }
}
