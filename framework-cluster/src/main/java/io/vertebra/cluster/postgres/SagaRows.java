package io.vertebra.cluster.postgres;

import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaLog.Signal;
import io.vertebra.saga.SagaLog.SignalKind;
import io.vertebra.saga.SagaStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads instances, with the signals that wait. */
final class SagaRows {
  private SagaRows() {}

  static SagaLog.Row read(Row row) {
    return new SagaLog.Row(
        row.getString("id"),
        row.getString("saga"),
        row.getString("key"),
        row.getLong("version"),
        row.getString("definition"),
        SagaStatus.valueOf(row.getString("status")),
        row.getString("steps"),
        row.getBuffer("state"),
        CommandCodec.decode(row.getBuffer("commands")),
        duration(row.getDouble("due_in")),
        Duration.ofMillis((long) Math.floor(row.getDouble("left_in"))),
        row.getInteger("events"),
        new SagaLog.Signals(row.getLong("signals"), waiting(row)));
  }

  private static @Nullable Duration duration(@Nullable Double millis) {
    return millis == null ? null : Duration.ofMillis((long) Math.floor(millis));
  }

  private static List<Signal> waiting(Row row) {
    String[] ids = row.getArrayOfStrings("signal_id");
    if (ids == null) {
      return List.of();
    }
    String[] kinds = row.getArrayOfStrings("signal_kind");
    String[] names = row.getArrayOfStrings("signal_name");
    Buffer[] bodies = row.getArrayOfBuffers("signal_body");
    String[] bys = row.getArrayOfStrings("signal_by");
    String[] whys = row.getArrayOfStrings("signal_why");
    List<Signal> signals = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      SignalKind kind = SignalKind.valueOf(kinds[i]);
      signals.add(new Signal(
          row.getString("saga"),
          row.getString("key"),
          ids[i],
          kind,
          names[i],
          bodies[i],
          bys[i],
          whys[i]));
    }
    return signals;
  }
}
