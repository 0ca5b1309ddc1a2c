package io.vertebra.saga;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the instances of newly leased partitions, page by page. */
final class Recovery {
  private final ArrayDeque<List<SagaLog.Lease>> waiting = new ArrayDeque<>();
  private @Nullable List<SagaLog.Lease> reading;
  private @Nullable String after;
  private boolean loading;

  /** Has the partitions read, after those that already wait. */
  void begin(List<SagaLog.Lease> leases) {
    waiting.add(leases);
  }

  /** Asks for the next page, unless one is on its way or all is read; answers whether it did. */
  boolean load(SagaHost host, Leases held, int limit) {
    if (loading) {
      return false;
    }
    if (reading == null) {
      reading = waiting.poll();
      after = null;
    }
    if (reading == null) {
      return false;
    }
    reading = reading.stream()
        .filter(lease -> held.lease(lease.partition()).equals(lease))
        .toList();
    loading = true;
    host.load(reading, after, limit);
    return true;
  }

  /** The page that was asked for. */
  void pageRead(List<SagaLog.Row> rows, int limit) {
    loading = false;
    if (rows.size() < limit) {
      reading = null;
    } else {
      after = rows.get(rows.size() - 1).id();
    }
  }

  /** The page could not be read: it will be asked for again. */
  void pageFailed() {
    loading = false;
  }
}
