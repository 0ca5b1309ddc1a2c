package io.vertebra.benchmarks.fault;

import io.vertebra.benchmarks.load.OpenLoop;
import io.vertebra.benchmarks.load.OpenLoop.Failed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What a caller saw; travels from child JVMs as text.
 *
 * @param calls how many it made
 * @param rerouted how many were sent to a second node
 * @param causes the failures by kind
 * @param latencies of all calls, in nanoseconds
 */
record CallerReport(long calls, long rerouted, Map<String, Long> causes, Histogram latencies) {

  static CallerReport of(OpenLoop.Report report, long rerouted) {
    Map<String, Long> causes = new TreeMap<>();
    for (Failed failed : report.failed()) {
      causes.merge(Failures.kind(failed.cause()), 1L, Long::sum);
    }
    return new CallerReport(report.calls(), rerouted, causes, report.latencies());
  }

  /** Reads what {@link #text()} writes. */
  static CallerReport parse(String text) {
    String[] parts = text.split(" ", -1);
    Map<String, Long> causes = new TreeMap<>();
    for (int i = 3; i < parts.length; i += 2) {
      causes.put(parts[i], Long.valueOf(parts[i + 1]));
    }
    try {
      Histogram latencies = Histogram.decodeFromCompressedByteBuffer(
          ByteBuffer.wrap(Base64.getDecoder().decode(parts[2])), 0);
      return new CallerReport(
          Long.parseLong(parts[0]), Long.parseLong(parts[1]), causes, latencies);
    } catch (DataFormatException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** The report as one line. */
  String text() {
    ByteBuffer bytes = ByteBuffer.allocate(latencies.getNeededByteBufferCapacity());
    int length = latencies.encodeIntoCompressedByteBuffer(bytes);
    StringBuilder text =
        new StringBuilder().append(calls).append(' ').append(rerouted).append(' ');
    text.append(Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length)));
    causes.forEach((cause, count) -> text.append(' ').append(cause).append(' ').append(count));
    return text.toString();
  }

  /** This and another together. */
  CallerReport plus(CallerReport other) {
    Map<String, Long> all = new TreeMap<>(causes);
    other.causes.forEach((cause, count) -> all.merge(cause, count, Long::sum));
    Histogram both = latencies.copy();
    both.add(other.latencies);
    return new CallerReport(calls + other.calls, rerouted + other.rerouted, all, both);
  }

  /** How many calls failed. */
  long failures() {
    return causes.values().stream().mapToLong(Long::longValue).sum();
  }
}
