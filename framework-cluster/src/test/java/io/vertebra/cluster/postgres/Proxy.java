package io.vertebra.cluster.postgres;

import static io.vertebra.cluster.postgres.TestDatabase.await;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stands between a client and the database and does what networks do. */
final class Proxy {
  private final NetClient client;
  private final NetServer server;
  private final SocketAddress database;
  private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
  private volatile Fault fault = Fault.NONE;
  private volatile String lose = "";

  Proxy(Vertx vertx, int port) {
    this.database = SocketAddress.inetSocketAddress(port, "127.0.0.1");
    this.client = vertx.createNetClient();
    this.server =
        await(vertx.createNetServer().connectHandler(this::accept).listen(0, "127.0.0.1"));
  }

  private enum Fault {
    NONE,
    LOSE_REQUEST,
    LOSE_ANSWER,
    SILENCE
  }

  int port() {
    return server.actualPort();
  }

  /** Cuts the connection that next sends these words, before they arrive. */
  void loseNextRequest(String words) {
    lose = words;
    fault = Fault.LOSE_REQUEST;
  }

  /** Cuts the connection that next sends these words, once the database has answered. */
  void loseNextAnswer(String words) {
    lose = words;
    fault = Fault.LOSE_ANSWER;
  }

  /** From now on nothing arrives, and nobody is told. */
  void beSilent() {
    fault = Fault.SILENCE;
  }

  /** Cuts all connections; new ones work. */
  void heal() {
    fault = Fault.NONE;
    sockets.forEach(NetSocket::close);
  }

  private void accept(NetSocket from) {
    from.pause();
    client.connect(database).onFailure(failure -> from.close()).onSuccess(to -> {
      sockets.add(from);
      boolean[] lost = {false};
      to.handler(answer -> {
        if (lost[0]) {
          from.close();
        } else if (fault != Fault.SILENCE) {
          from.write(answer);
        }
      });
      from.handler(request -> {
        Fault now = fault;
        boolean loses = now == Fault.LOSE_REQUEST || now == Fault.LOSE_ANSWER;
        if (loses && request.toString(ISO_8859_1).contains(lose)) {
          fault = Fault.NONE;
          lost[0] = true;
        }
        if (lost[0] && now == Fault.LOSE_REQUEST) {
          from.close();
        } else if (now != Fault.SILENCE) {
          to.write(request);
        }
      });
      to.closeHandler(closed -> from.close());
      from.closeHandler(closed -> {
        sockets.remove(from);
        to.close();
      });
      from.resume();
    });
  }
}
