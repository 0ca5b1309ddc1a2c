package io.vertebra.examples.thumbnails;

import io.vertebra.contract.Request;
import io.vertx.core.buffer.Buffer;

/** What is said about the pictures of the shop's articles. */
final class Images {
  /** Makes a small picture of a large one: milliseconds of the processor. */
  static final Request<Scale, Thumbnail> THUMBNAIL =
      Request.of("image.thumbnail", Scale.class, Thumbnail.class);

  /** Says how large a picture is: microseconds. */
  static final Request<Describe, Description> DESCRIBE =
      Request.of("image.describe", Describe.class, Description.class).readOnly();

  /** The thumbnail that the shop shows, made once. */
  static final Request<Cover, Thumbnail> COVER =
      Request.of("image.cover", Cover.class, Thumbnail.class).readOnly();

  /** How much there is. */
  static final Request<Count, Counted> COUNT =
      Request.of("image.count", Count.class, Counted.class).readOnly();

  private Images() {}

  record Scale(String sku, int width) {}

  record Thumbnail(int width, int height, Buffer jpeg) {}

  record Describe(String sku) {}

  record Description(String sku, int bytes) {}

  record Cover(String sku) {}

  record Count() {}

  record Counted(int pictures, long bytes) {}
}
