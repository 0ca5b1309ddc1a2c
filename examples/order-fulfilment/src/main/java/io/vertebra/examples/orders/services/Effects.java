package io.vertebra.examples.orders.services;

import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallMetadata;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes down each change of a book, one row per change. Nothing keeps a row from being there twice:
 * whoever reads the file sees whether a command worked twice.
 */
public final class Effects {
  private final InstantSource clock;
  private final @Nullable AsyncFile file;

  private Effects(InstantSource clock, @Nullable AsyncFile file) {
    this.clock = clock;
    this.file = file;
  }

  /** Forgets them. */
  public static Effects forgotten() {
    return new Effects(InstantSource.system(), null);
  }

  /** Appends them to a file. */
  public static Future<Effects> appendedTo(Path path, Vertx vertx) {
    return vertx
        .fileSystem()
        .open(path.toString(), new OpenOptions().setAppend(true))
        .compose(file -> file.write(Buffer.buffer("consumer,key,node,time\n"))
            .map(written -> new Effects(InstantSource.system(), file)));
  }

  /** What the call asked for has been done here. */
  void applied(Call call, String node) {
    if (file != null) {
      CallMetadata metadata = call.metadata();
      file.write(Buffer.buffer(metadata.contract()
          + ','
          + metadata.idempotencyKey()
          + ','
          + node
          + ','
          + clock.instant()
          + '\n'));
    }
  }

  /** Completes when all rows are written. */
  public Future<Void> close() {
    return file == null ? Future.succeededFuture() : file.close();
  }
}
