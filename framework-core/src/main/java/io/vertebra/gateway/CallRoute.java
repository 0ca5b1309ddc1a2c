package io.vertebra.gateway;

import io.vertebra.contract.Request;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Scope;
import io.vertebra.messaging.CallOptions;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.ext.web.RoutingContext;

/** A route that answers with the reply of a call, which ends when the client goes away. */
final class CallRoute<Q, R> extends ContractRoute<Q, R> {
  private final Engine engine;

  CallRoute(
      Request<Q, R> contract,
      MessageReader<Q> reader,
      GatewayOptions options,
      boolean hasBody,
      Engine engine) {
    super(contract, reader, options, hasBody, 200);
    this.engine = engine;
  }

  @Override
  void answer(RoutingContext http, Q message, CallHeaders headers) {
    ContextInternal context = engine.vertx().getOrCreateContext();
    Scope scope = new Scope(engine.lanes().of(context.nettyEventLoop()));
    if (http.response().closed()) {
      return;
    }
    http.addEndHandler(end -> {
      if (end.failed()) {
        scope.cancel();
      }
    });
    CallOptions options = CallOptions.defaults().withTimeout(headers.timeout());
    String key = headers.idempotencyKey();
    if (key != null) {
      options = options.withMessageId(key);
    }
    call(scope, message, options)
        .map(this::encode)
        .onSuccess(json -> reply(http, status(), json))
        .onFailure(failure -> fail(http, failure));
  }

  private Future<R> call(Scope scope, Q message, CallOptions options) {
    try {
      return engine.busOf(scope).request(contract, message, options);
    } catch (RuntimeException unfit) {
      return Future.failedFuture(unfit);
    }
  }

  private Buffer encode(R reply) {
    return Format.JSON.encode(contract.replyType(), reply);
  }
}
