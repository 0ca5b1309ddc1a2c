package io.vertebra.examples.thumbnails;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.Node;
import io.vertebra.examples.thumbnails.Images.Thumbnail;
import io.vertx.core.Vertx;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThumbnailsTest {

  @Test
  void makes_all_thumbnails_both_ways_and_refuses_what_is_too_much() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(Thumbnails.run(20, new PrintStream(out, true, UTF_8))).isTrue();

    List<String> lines = out.toString(UTF_8).lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0))
        .matches("guard off: 20 thumbnails, \\d+ small requests, p99 \\d+\\.\\d\\d ms");
    assertThat(lines.get(1))
        .matches("guard on: 20 thumbnails, \\d+ small requests, p99 \\d+\\.\\d\\d ms");
    assertThat(lines.get(2))
        .matches("RESULT thumbnails small_p99_off_ms=\\S+ small_p99_on_ms=\\S+ ratio=\\d+");
    assertThat(lines.get(3)).isEqualTo("a burst of 64: each made or refused as OVERLOADED");
  }

  @Test
  void the_readme_shows_what_it_prints() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    assertThat(readme)
        .containsPattern("guard off: 120 thumbnails, \\d+ small requests, p99 \\d+\\.\\d\\d ms")
        .containsPattern("guard on: 120 thumbnails, \\d+ small requests, p99 \\d+\\.\\d\\d ms")
        .contains("a burst of 64: each made or refused as OVERLOADED");
  }

  @Test
  void a_thumbnail_keeps_the_proportions_of_its_picture() throws Exception {
    BufferedImage scaled = Pictures.scale(Pictures.read(Pictures.paint(1, 400, 300)), 160);
    BufferedImage read = Pictures.read(Pictures.write(scaled));
    assertThat(read.getWidth()).isEqualTo(160);
    assertThat(read.getHeight()).isEqualTo(120);
  }

  @Test
  void a_cover_is_made_once_and_all_pictures_are_counted() throws Exception {
    byte[] picture = Pictures.paint(1, 640, 480);
    Vertx vertx = Vertx.vertx();
    try {
      Node node = Node.create(vertx);
      node.deploy(() -> new ImageVerticle(Map.of("chair", picture, "table", picture), true))
          .await();
      Thumbnail first =
          node.bus().request(Images.COVER, new Images.Cover("chair")).await();
      Thumbnail second =
          node.bus().request(Images.COVER, new Images.Cover("chair")).await();
      assertThat(first.height()).isEqualTo(240);
      assertThat(second).isSameAs(first);
      assertThat(node.bus().request(Images.COUNT, new Images.Count()).await())
          .isEqualTo(new Images.Counted(2, 2L * picture.length));
    } finally {
      vertx.close().await();
    }
  }
}
