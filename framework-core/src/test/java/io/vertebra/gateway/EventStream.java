package io.vertebra.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A client of server-sent events. Reading waits for the next event. */
final class EventStream implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  final HttpResponse<InputStream> response;
  private final BufferedReader lines;

  record Received(String id, String event, String data) {}

  EventStream(HttpRequest request) throws IOException, InterruptedException {
    response = CLIENT.send(request, BodyHandlers.ofInputStream());
    lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  /** The next event. */
  Received next() throws IOException {
    return read().orElseThrow(() -> new AssertionError("the stream has ended"));
  }

  /** Waits for the end, and says whether it came before another event. */
  boolean isOver() throws IOException {
    return read().isEmpty();
  }

  private Optional<Received> read() throws IOException {
    String id = "";
    String event = "message";
    String data = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        event = line.substring(7);
      } else if (line.startsWith("data: ")) {
        data = line.substring(6);
      } else if (line.isEmpty() && !data.isEmpty()) {
        return Optional.of(new Received(id, event, data));
      }
    }
    return Optional.empty();
  }

  /** The next line, whatever it is. */
  String line() throws IOException {
    return lines.readLine();
  }

  List<String> ids() throws IOException {
    List<String> ids = new ArrayList<>();
    for (Optional<Received> each = read(); each.isPresent(); each = read()) {
      ids.add(each.get().id());
    }
    return ids;
  }

  @Override
  public void close() throws IOException {
    response.body().close();
  }
}
