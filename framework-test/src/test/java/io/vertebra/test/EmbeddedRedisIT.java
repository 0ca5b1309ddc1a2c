package io.vertebra.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("brokers")
class EmbeddedRedisIT {

  private static String say(EmbeddedRedis server, String command) throws IOException {
    URI uri = URI.create(server.uri());
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine();
    }
  }

  @Test
  void is_a_server_that_forgets_when_it_is_restarted() throws IOException {
    try (EmbeddedRedis server = EmbeddedRedis.start()) {
      assertThat(say(server, "SET key value")).isEqualTo("+OK");
      assertThat(say(server, "EXISTS key")).isEqualTo(":1");
      long first = server.pid();
      server.restart();
      assertThat(server.pid()).isNotEqualTo(first);
      assertThat(say(server, "EXISTS key")).isEqualTo(":0");
    }
  }
}
