package io.vertebra.outbox;

import java.util.List;
import java.util.function.DoubleSupplier;

/** What a relay needs to know, its times in milliseconds. */
record RelaySettings(
    List<String> contracts,
    int partitions,
    long leaseMillis,
    long pollMillis,
    int maxBatch,
    int maxInFlight,
    int maxAttempts,
    int maxStopped,
    Backoff keys,
    Backoff ways,
    DoubleSupplier random) {}
