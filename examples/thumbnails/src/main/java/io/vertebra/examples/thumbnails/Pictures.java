package io.vertebra.examples.thumbnails;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;

/** JPEG pictures: painted, read, scaled and written. */
final class Pictures {
  private static final int SHAPES = 400;

  private Pictures() {}

  /** A large picture with many things on it. */
  static byte[] paint(int seed, int width, int height) throws IOException {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D brush = picture.createGraphics();
    Random random = new Random(seed);
    for (int i = 0; i < SHAPES; i++) {
      brush.setColor(new Color(random.nextInt(1 << 24)));
      int size = 8 + random.nextInt(width / 8);
      brush.fillOval(random.nextInt(width), random.nextInt(height), size, size);
    }
    brush.dispose();
    return write(picture);
  }

  static BufferedImage read(byte[] jpeg) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(jpeg));
  }

  static BufferedImage scale(BufferedImage picture, int width) {
    int height = Math.max(1, picture.getHeight() * width / picture.getWidth());
    BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D brush = scaled.createGraphics();
    brush.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    brush.drawImage(picture, 0, 0, width, height, null);
    brush.dispose();
    return scaled;
  }

  static byte[] write(BufferedImage picture) throws IOException {
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    ImageIO.write(picture, "jpeg", jpeg);
    return jpeg.toByteArray();
  }
}
