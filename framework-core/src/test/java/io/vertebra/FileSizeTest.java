package io.vertebra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A source file of more than 500 lines is two classes. Looks at all modules. */
class FileSizeTest {
  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final int MAX_LINES = 500;

  private static final Set<String> NOT_OURS = Set.of("target", "node_modules", ".git");

  @Test
  void no_source_file_is_longer_than_500_lines() throws IOException {
    List<String> tooLong = new ArrayList<>();
    Files.walkFileTree(REPOSITORY, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        boolean ours = !NOT_OURS.contains(folder.getFileName().toString());
        return ours && !folder.endsWith("src/test")
            ? FileVisitResult.CONTINUE
            : FileVisitResult.SKIP_SUBTREE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
          throws IOException {
        if (file.toString().endsWith(".java") && !file.endsWith("module-info.java")) {
          int lines = Files.readAllLines(file).size();
          if (lines > MAX_LINES) {
            tooLong.add(REPOSITORY.relativize(file) + ": " + lines + " lines");
          }
        }
        return FileVisitResult.CONTINUE;
      }
    });
    assertThat(tooLong).as("source files over %d lines", MAX_LINES).isEmpty();
  }
}
