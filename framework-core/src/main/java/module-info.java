/**
 * Event-driven services on one node: typed contracts, messaging with deadlines and limits,
 * idempotent consumers, sagas, and the HTTP edge.
 */
@SuppressWarnings("module") // vertebra-cluster is built later
module io.vertebra.core {
  requires transitive io.vertx.core;
  requires transitive io.vertx.web;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.dataformat.cbor;
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.transport;
  requires io.vertx.core.logging;
  requires java.management;
  requires org.jctools.core;
  requires static transitive micrometer.core;
  requires static transitive org.jspecify;

  // What applications use.
  exports io.vertebra;
  exports io.vertebra.contract;
  exports io.vertebra.error;
  exports io.vertebra.gateway;
  exports io.vertebra.limit;
  exports io.vertebra.messaging;
  exports io.vertebra.observe;
  exports io.vertebra.wire;

  // What applications use, and what stores implement.
  exports io.vertebra.idempotency;
  exports io.vertebra.outbox;
  exports io.vertebra.saga;

  // For vertebra-cluster, which is no part of the public API.
  exports io.vertebra.link to
      io.vertebra.cluster;

  provides io.vertx.core.spi.VertxServiceProvider with
      io.vertebra.dispatch.CallLocal;
}
