package io.vertebra.examples.payment;

import io.vertebra.gateway.GatewayOptions;
import io.vertebra.gateway.GatewayVerticle;
import io.vertebra.gateway.HttpGateway;

/** Where the provider confirms payments. */
final class ShopGateway extends GatewayVerticle {
  ShopGateway() {
    super(GatewayOptions.defaults().withPort(0));
  }

  // #region gateway
  @Override
  protected void routes(HttpGateway on) {
    // The provider's header is the key of the confirmation.
    on.post("/confirmations", Payments.CONFIRM).fromIdempotencyKey("key");
  }
  // #endregion gateway
}
