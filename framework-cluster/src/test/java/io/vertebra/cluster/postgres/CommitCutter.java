package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;

/**
 * Stands between a client and the database. Once told to, it lets the next COMMIT through and cuts the
 * connection instead of passing the answer on, or before the COMMIT arrives.
 */
final class CommitCutter {
  /** As a statement; BEGIN names a level that has the same letters. */
  private static final byte[] COMMIT = "COMMIT\0".getBytes(US_ASCII);

  private final Vertx vertx;
  private final NetServer server;
  private final SocketAddress database;
  private volatile boolean armed;
  private volatile boolean letThrough;

  CommitCutter(Vertx vertx, int port) {
    this.vertx = vertx;
    this.database = SocketAddress.inetSocketAddress(port, "127.0.0.1");
    this.server =
        await(vertx.createNetServer().connectHandler(this::accept).listen(0, "127.0.0.1"));
  }

  int port() {
    return server.actualPort();
  }

  /** Cuts the next connection that commits; with {@code letThrough} only after the database has done it. */
  void arm(boolean letThrough) {
    this.letThrough = letThrough;
    armed = true;
  }

  private void accept(NetSocket client) {
    client.pause();
    vertx.createNetClient().connect(database).onComplete(connected -> {
      if (connected.failed()) {
        client.close();
        return;
      }
      NetSocket upstream = connected.result();
      boolean[] cut = {false};
      upstream.handler(answer -> {
        if (cut[0]) {
          upstream.close();
          client.close();
        } else {
          client.write(answer);
        }
      });
      upstream.closeHandler(closed -> client.close());
      client.closeHandler(closed -> upstream.close());
      client.handler(request -> forward(client, upstream, request, cut));
      client.resume();
    });
  }

  private void forward(NetSocket client, NetSocket upstream, Buffer request, boolean[] cut) {
    if (!armed || indexOf(request) < 0) {
      upstream.write(request);
      return;
    }
    armed = false;
    cut[0] = true;
    if (letThrough) {
      upstream.write(request);
    } else {
      upstream.close();
      client.close();
    }
  }

  private static int indexOf(Buffer request) {
    for (int at = 0; at + COMMIT.length <= request.length(); at++) {
      int n = 0;
      while (n < COMMIT.length && request.getByte(at + n) == COMMIT[n]) {
        n++;
      }
      if (n == COMMIT.length) {
        return at;
      }
    }
    return -1;
  }
}
