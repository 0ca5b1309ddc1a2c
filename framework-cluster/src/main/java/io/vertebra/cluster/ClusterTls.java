package io.vertebra.cluster;

import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Mutual TLS between nodes: each shows a certificate that the cluster's own authority has signed,
 * and trusts nothing else. Uses BoringSSL when {@code netty-tcnative-boringssl-static} is on the
 * class path, the JDK otherwise.
 *
 * <p>It protects messages. Membership traffic of Hazelcast's community edition cannot be encrypted
 * and carries no messages; keep its port within a private network.
 *
 * @param key this node's private key, PEM
 * @param certificate this node's certificate chain, PEM
 * @param authority certificate of the authority that signs the nodes of this cluster and nobody else, PEM
 */
public record ClusterTls(Path key, Path certificate, Path authority) {

  /** Checks that nothing is missing. */
  public ClusterTls {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(certificate, "certificate");
    Objects.requireNonNull(authority, "authority");
  }

  /** Whether BoringSSL does the encryption in this process. */
  public static boolean usesBoringSsl() {
    return OpenSSLEngineOptions.isAvailable();
  }

  /** The event bus trusts everybody unless told otherwise, so each of these lines is needed. */
  void applyTo(EventBusOptions options) {
    options
        .setSsl(true)
        .setTrustAll(false)
        .setClientAuth(ClientAuth.REQUIRED)
        .setKeyCertOptions(
            new PemKeyCertOptions().setKeyPath(key.toString()).setCertPath(certificate.toString()))
        .setTrustOptions(new PemTrustOptions().addCertPath(authority.toString()))
        .setSslEngineOptions(
            usesBoringSsl() ? new OpenSSLEngineOptions() : new JdkSSLEngineOptions());
  }
}
