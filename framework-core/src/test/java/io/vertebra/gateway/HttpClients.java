package io.vertebra.gateway;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A node with a gateway, and clients that talk to it. */
final class HttpClients {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** A test may leave calls that nobody answers; its end should not wait for them. */
  private static final Duration HASTY = Duration.ofMillis(200);

  final Vertx vertx = Vertx.vertx();
  final Node node =
      Node.create(vertx, NodeOptions.defaults().withLocalCheck(true).withDrainTimeout(HASTY));
  private final HttpClient client = HttpClient.newBuilder()
      .version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(LONG)
      .build();
  private int port = -1;

  /** What the routes of a gateway are; options with any port. */
  static GatewayVerticle gateway(GatewayOptions options, Consumer<HttpGateway> routes) {
    return new GatewayVerticle(options.withPort(0)) {
      @Override
      protected void routes(HttpGateway on) {
        routes.accept(on);
      }
    };
  }

  String deploy(Deployable verticle) throws Exception {
    String id = await(node.deploy(() -> verticle));
    if (verticle instanceof GatewayVerticle gateway) {
      port = gateway.port();
    }
    return id;
  }

  int port() {
    return port;
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(LONG);
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    return send(with(to(path), headers).GET().build());
  }

  HttpResponse<String> post(String path, String json, String... headers) throws Exception {
    return send(postOf(path, json, headers));
  }

  HttpRequest postOf(String path, String json, String... headers) {
    return with(to(path), headers)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(json))
        .build();
  }

  private static HttpRequest.Builder with(HttpRequest.Builder request, String... headers) {
    return headers.length == 0 ? request : request.headers(headers);
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
    return client.sendAsync(request, BodyHandlers.ofString());
  }

  /** The first bytes of a request whose JSON body has this length. */
  static String head(String path, long length) {
    return "POST " + path + " HTTP/1.1\r\n"
        + "Host: x\r\n"
        + "Content-Type: application/json\r\n"
        + "Content-Length: " + length + "\r\n\r\n";
  }

  /** Connects without sending anything. */
  NetSocket connect() throws Exception {
    return await(vertx.createNetClient().connect(port, "127.0.0.1"));
  }

  /** What the gateway answers to these bytes until it closes the connection. */
  String raw(String bytes) throws Exception {
    NetSocket socket = connect();
    StringBuilder received = new StringBuilder();
    var closed = io.vertx.core.Promise.<Void>promise();
    socket.handler(part -> received.append(part.toString()));
    socket.closeHandler(end -> closed.complete());
    await(socket.write(bytes));
    await(closed.future());
    return received.toString();
  }

  static JsonObject json(HttpResponse<String> response) {
    return new JsonObject(response.body());
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.await(30, TimeUnit.SECONDS);
  }

  void close() throws Exception {
    await(node.close().eventually(vertx::close));
  }
}
