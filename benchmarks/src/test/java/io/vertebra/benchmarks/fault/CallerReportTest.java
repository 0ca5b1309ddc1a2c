package io.vertebra.benchmarks.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class CallerReportTest {

  @Test
  void survives_the_way_to_the_parent() {
    Histogram latencies = new Histogram(3);
    latencies.recordValue(1_000);
    latencies.recordValue(2_000_000_000);
    CallerReport report =
        new CallerReport(2, 1, Map.of("PEER_GONE", 1L, "DRAINING", 3L), latencies);

    CallerReport arrived = CallerReport.parse(report.text());

    assertThat(arrived.calls()).isEqualTo(2);
    assertThat(arrived.rerouted()).isEqualTo(1);
    assertThat(arrived.causes()).isEqualTo(report.causes());
    assertThat(arrived.latencies()).isEqualTo(latencies);
    assertThat(arrived.plus(arrived).failures()).isEqualTo(8);
  }
}
