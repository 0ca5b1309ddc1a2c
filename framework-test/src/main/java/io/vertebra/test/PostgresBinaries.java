package io.vertebra.test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The programs of PostgreSQL, unpacked once a user and version from the archive on the class path. */
final class PostgresBinaries {
  private final Path home;
  private final List<String> prefix;

  private PostgresBinaries(Path home) {
    this.home = home;
    // The server refuses to run as root; in a user namespace of its own it is nobody.
    boolean isRoot = system().equals("linux") && System.getProperty("user.name").equals("root");
    this.prefix = isRoot ? List.of("unshare", "-U") : List.of();
  }

  static PostgresBinaries unpacked() throws IOException {
    byte[] archive = archive();
    Path home = Path.of(
        System.getProperty("java.io.tmpdir"),
        "vertebra-postgres-" + System.getProperty("user.name") + "-" + hash(archive));
    if (!Files.isDirectory(home)) {
      Path fresh = Files.createTempDirectory("vertebra-postgres-unpacked");
      unpack(archive, fresh);
      install(fresh, home);
    }
    return new PostgresBinaries(home);
  }

  private static byte[] archive() throws IOException {
    String architecture =
        System.getProperty("os.arch").matches("aarch64|arm64") ? "arm_64" : "x86_64";
    String name = "/postgres-" + system() + "-" + architecture + ".txz";
    try (InputStream in = PostgresBinaries.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(
            "no PostgreSQL for this platform on the class path: add an artifact of"
                + " io.zonky.test.postgres that has " + name.substring(1));
      }
      return in.readAllBytes();
    }
  }

  private static String system() {
    String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    return name.startsWith("windows") ? "windows" : name.startsWith("mac") ? "darwin" : "linux";
  }

  private static String hash(byte[] archive) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(archive);
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void unpack(byte[] archive, Path target) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZCompressorInputStream(new ByteArrayInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path file = target.resolve(entry.getName()).normalize();
        if (!file.startsWith(target)) {
          throw new IOException("the archive names a file outside of it: " + entry.getName());
        }
        write(tar, entry, file);
      }
    }
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path file)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(file);
      return;
    }
    Files.createDirectories(file.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, file);
    if ((entry.getMode() & 0100) != 0 && !file.toFile().setExecutable(true, false)) {
      throw new IOException("cannot make " + file + " executable");
    }
  }

  /** Several JVMs may do this at once: the first wins, all others use what it made. */
  private static void install(Path fresh, Path home) throws IOException {
    try {
      Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException first) {
      // somebody else was first; what was unpacked here is left to the system's clean-up
      if (!Files.isDirectory(home)) {
        throw first;
      }
    }
  }

  /** Runs one of the programs to its end. */
  Result run(Path folder, String program, String... arguments) {
    return run(prefix, folder, program, arguments);
  }

  /** The same where {@code disk} is an empty file system of so many megabytes, for it and what it starts. */
  Result runWithDisk(Path disk, int megabytes, Path folder, String program, String... arguments) {
    List<String> mounting = List.of(
        "unshare",
        "-rm",
        "sh",
        "-c",
        "mount -t tmpfs -o size=\"$2\"m tmpfs \"$1\" && shift 2 && exec unshare -U \"$@\"",
        "sh",
        disk.toString(),
        String.valueOf(megabytes));
    return run(mounting, folder, program, arguments);
  }

  private Result run(List<String> before, Path folder, String program, String... arguments) {
    List<String> command = new ArrayList<>(before);
    command.add(home.resolve("bin").resolve(program).toString());
    command.addAll(List.of(arguments));
    try {
      Path output = Files.createTempFile(folder, program, ".out");
      try {
        int exit = new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start()
            .waitFor();
        return new Result(exit, Files.readString(output, StandardCharsets.UTF_8));
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted while " + program + " ran", e));
    }
  }

  /** What a program came to. */
  record Result(int exit, String output) {
    boolean isSuccess() {
      return exit == 0;
    }

    Result withOutput(String other) {
      return new Result(exit, output + other);
    }

    void orThrow(String what) {
      if (!isSuccess()) {
        throw new UncheckedIOException(new IOException(what + ": " + output.strip()));
      }
    }
  }
}
