package io.vertebra.examples.payment;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Somebody else's payment service, over HTTP. It takes money once a key. What reaches its clients is
 * another matter: that is in the order's id.
 */
final class Provider extends VerticleBase {
  private static final BigDecimal MOST = new BigDecimal(1_000);
  private static final long LATE_MILLIS = 10_000;

  private final PrintStream out;
  private final Map<String, String> receipts = new HashMap<>();
  private final List<Future<?>> confirmations = new ArrayList<>();
  private BigDecimal taken = BigDecimal.ZERO;
  private int requests;
  private volatile int port;

  /**
   * What the provider did so far.
   *
   * @param requests it got
   * @param keys it took money for
   * @param taken money in all
   * @param confirmations it has sent
   */
  record Account(int requests, Set<String> keys, BigDecimal taken, int confirmations) {}

  Provider(PrintStream out) {
    this.out = out;
  }

  @Override
  public Future<?> start() {
    return vertx
        .createHttpServer()
        .requestHandler(this::asked)
        .listen(0, "127.0.0.1")
        .onSuccess(server -> port = server.actualPort());
  }

  /** Where it listens. */
  int port() {
    return port;
  }

  /** Its account, once all confirmations have arrived. */
  Future<Account> account() {
    Promise<Account> account = Promise.promise();
    context.runOnContext(here -> Future.join(confirmations)
        .map(all ->
            new Account(requests, Set.copyOf(receipts.keySet()), taken, confirmations.size()))
        .onComplete(account));
    return account.future();
  }

  private void asked(HttpServerRequest http) {
    http.body().onSuccess(body -> charge(http, body.toJsonObject()));
  }

  private void charge(HttpServerRequest http, JsonObject order) {
    requests++;
    String id = order.getString("order");
    String key = http.getHeader("Idempotency-Key");
    BigDecimal amount = new BigDecimal(order.getString("amount"));
    if (amount.compareTo(MOST) > 0) {
      out.println("provider: declines " + amount + ", key " + key);
      http.response().setStatusCode(402).end("more than " + MOST);
      return;
    }
    boolean isKnown = receipts.containsKey(key);
    String receipt = receipts.computeIfAbsent(key, any -> "receipt-" + (receipts.size() + 1));
    Buffer answer = new JsonObject().put("receipt", receipt).toBuffer();
    if (isKnown) {
      out.println("provider: knows key " + key + ", takes nothing");
      http.response().end(answer);
      return;
    }
    out.println("provider: takes " + amount + ", key " + key);
    taken = taken.add(amount);
    String confirmAt = order.getString("confirmAt");
    confirm(confirmAt, key, amount);
    if (id.equals("twice")) {
      confirm(confirmAt, key, amount);
    }
    if (id.equals("late")) {
      vertx.setTimer(LATE_MILLIS, late -> http.response().end(answer));
    } else if (!id.equals("never")) {
      http.response().end(answer);
    }
  }

  private void confirm(String address, String key, BigDecimal amount) {
    confirmations.add(vertx
        .createHttpClient()
        .request(new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setAbsoluteURI(address)
            .putHeader("Content-Type", "application/json")
            .putHeader("Idempotency-Key", key))
        .compose(request -> request.send(new JsonObject().put("amount", amount).toBuffer()))
        .compose(response -> response.statusCode() == 200
            ? Future.succeededFuture()
            : Future.failedFuture("confirmation refused: " + response.statusCode())));
  }
}
