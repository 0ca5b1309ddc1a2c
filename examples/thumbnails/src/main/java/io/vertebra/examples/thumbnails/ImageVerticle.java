package io.vertebra.examples.thumbnails;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.examples.thumbnails.Images.Count;
import io.vertebra.examples.thumbnails.Images.Counted;
import io.vertebra.examples.thumbnails.Images.Cover;
import io.vertebra.examples.thumbnails.Images.Describe;
import io.vertebra.examples.thumbnails.Images.Description;
import io.vertebra.examples.thumbnails.Images.Scale;
import io.vertebra.examples.thumbnails.Images.Thumbnail;
import io.vertebra.limit.Slices;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** Serves pictures, on one event loop. */
final class ImageVerticle extends ServiceVerticle {
  private static final int COVER_WIDTH = 320;

  private final Map<String, byte[]> pictures;
  private final Map<String, Thumbnail> covers = new HashMap<>();
  private final boolean isGuarded;

  ImageVerticle(Map<String, byte[]> pictures, boolean isGuarded) {
    this.pictures = pictures;
    this.isGuarded = isGuarded;
  }

  @Override
  protected void services(Services on) {
    on.request(Images.DESCRIBE, this::describe);
    on.request(Images.COVER, this::cover);
    on.request(Images.COUNT, this::count);
    if (isGuarded) {
      // #region guarded
      on.cpuBound(Images.THUMBNAIL, this::thumbnail);
      // #endregion guarded
    } else {
      // #region inline
      on.request(Images.THUMBNAIL, this::thumbnailOnTheEventLoop);
      // #endregion inline
    }
  }

  private Future<Description> describe(Describe question) {
    return Future.succeededFuture(new Description(question.sku(), picture(question.sku()).length));
  }

  // #region handler
  /** Runs on a thread of the CPU pool: it may throw, and it touches nothing that the verticle changes. */
  private Thumbnail thumbnail(Scale order, Call call) throws IOException {
    BufferedImage picture = Pictures.read(picture(order.sku()));
    call.checkpoint(); // ends here if nobody waits for the answer any more
    BufferedImage scaled = Pictures.scale(picture, order.width());
    call.checkpoint();
    Buffer jpeg = Buffer.buffer(Pictures.write(scaled));
    return new Thumbnail(scaled.getWidth(), scaled.getHeight(), jpeg);
  }
  // #endregion handler

  private Future<Thumbnail> thumbnailOnTheEventLoop(Scale order, Call call) {
    try {
      return Future.succeededFuture(thumbnail(order, call));
    } catch (IOException unreadable) {
      return Future.failedFuture(unreadable);
    }
  }

  // #region part
  private Future<Thumbnail> cover(Cover wanted, Call call) {
    Thumbnail known = covers.get(wanted.sku());
    if (known != null) {
      return Future.succeededFuture(known);
    }
    return cpu()
        .run(call, () -> thumbnail(new Scale(wanted.sku(), COVER_WIDTH), call))
        .onSuccess(made -> covers.put(wanted.sku(), made)); // on the event loop again
  }
  // #endregion part

  // #region slices
  private Future<Counted> count(Count question, Call call) {
    AtomicLong bytes = new AtomicLong();
    return Slices.forEach(call, pictures.values(), jpeg -> bytes.addAndGet(jpeg.length))
        .map(done -> new Counted(pictures.size(), bytes.get()));
  }
  // #endregion slices

  private byte[] picture(String sku) {
    return Objects.requireNonNull(pictures.get(sku), sku);
  }
}
