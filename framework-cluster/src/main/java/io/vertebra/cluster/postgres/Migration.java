package io.vertebra.cluster.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * One step of the schema: a resource {@code V001__name.sql} whose first line says which code still
 * works once it is applied.
 *
 * @param version from 1, without gaps
 * @param name its file, for people
 * @param oldestCode the lowest version that code may know and still work with this one
 * @param sql what is executed, once
 */
record Migration(int version, String name, int oldestCode, String sql) {
  private static final Pattern FILE = Pattern.compile("V(\\d{3})__[a-z0-9_]+\\.sql");
  private static final Pattern FITS = Pattern.compile("-- fits code from version (\\d+)\\R");

  static Migration read(String file) {
    Matcher name = FILE.matcher(file);
    String sql = Statements.read(file);
    Matcher fits = FITS.matcher(sql);
    if (!name.matches() || !fits.lookingAt()) {
      throw new IllegalArgumentException(file + " has no name or no first line as migrations have");
    }
    return new Migration(
        Integer.parseInt(name.group(1)), file, Integer.parseInt(fits.group(1)), sql);
  }

  /** Tells whether the file is the one that was applied. */
  long checksum() {
    CRC32 crc = new CRC32();
    crc.update(sql.getBytes(UTF_8));
    return crc.getValue();
  }
}
