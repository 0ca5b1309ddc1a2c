package io.vertebra.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.NodeOptions;
import io.vertebra.wire.Format;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterOptionsTest {
  private static final ClusterOptions DEFAULTS = ClusterOptions.defaults();

  @Test
  void defaults_listen_on_loopback_and_search_for_nobody() {
    assertThat(DEFAULTS.host()).isEqualTo("127.0.0.1");
    assertThat(DEFAULTS.port()).isEqualTo(5701);
    assertThat(DEFAULTS.members()).isEmpty();
    assertThat(DEFAULTS.heartbeatTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(DEFAULTS.tls()).isNull();
  }

  @Test
  void json_carries_everything_but_keys() {
    ClusterOptions options = DEFAULTS
        .withClusterName("shop")
        .withHost("10.0.0.1")
        .withPort(6000)
        .withMembers("10.0.0.1:6000", "[fe80::1]:6000")
        .withHeartbeatTimeout(Duration.ofSeconds(9))
        .withEventLoops(3)
        .withNode(NodeOptions.defaults().withFormat(Format.CBOR));
    JsonObject json = new JsonObject(options.toJson().encode());
    assertThat(ClusterOptions.fromJson(json).toJson()).isEqualTo(options.toJson());
    assertThat(ClusterOptions.fromJson(json).members())
        .containsExactly("10.0.0.1:6000", "[fe80::1]:6000");
    assertThat(ClusterOptions.fromJson(json).node().format()).isEqualTo(Format.CBOR);
  }

  @Test
  void absent_json_fields_have_their_default() {
    assertThat(ClusterOptions.fromJson(new JsonObject()).toJson()).isEqualTo(DEFAULTS.toJson());
  }

  @Test
  void a_copy_leaves_the_original_as_it_was() {
    ClusterOptions changed = DEFAULTS.withPort(6000);
    assertThat(changed.port()).isEqualTo(6000);
    assertThat(DEFAULTS.port()).isEqualTo(5701);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 65_536})
  void refuses_a_port_that_is_none(int port) {
    assertThatThrownBy(() -> DEFAULTS.withPort(port))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("port")
        .hasMessageContaining(String.valueOf(port));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "10.0.0.1:",
        "host:port",
        ":5701",
        "a b:5701",
        "h:123456",
        "h:0",
        "h:99999"
      })
  void refuses_a_member_that_is_not_host_and_port(String member) {
    assertThatThrownBy(() -> DEFAULTS.withMembers(member))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(member);
  }

  @Test
  void refuses_a_heartbeat_timeout_shorter_than_the_heartbeats_need() {
    assertThatThrownBy(() -> DEFAULTS.withHeartbeatTimeout(Duration.ofMillis(1_999)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("heartbeatTimeout");
  }

  @Test
  void refuses_to_have_no_event_loops() {
    assertThatThrownBy(() -> DEFAULTS.withEventLoops(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("eventLoops");
  }

  @Test
  void refuses_an_id_of_the_node_which_the_membership_gives_it() {
    assertThatThrownBy(() -> DEFAULTS.withNode(NodeOptions.defaults().withId("shop-1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shop-1");
  }

  @Test
  void refuses_an_empty_name_or_host() {
    assertThatThrownBy(() -> DEFAULTS.withClusterName(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("clusterName");
    assertThatThrownBy(() -> DEFAULTS.withHost(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("host");
  }
}
