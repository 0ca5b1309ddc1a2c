package io.vertebra.benchmarks.load;

import java.time.Duration;
import java.util.List;

/**
 * What contestants are given.
 *
 * @param round how long a round is
 * @param levels the numbers of calls in flight, one after another
 */
public record Load(Duration round, List<Integer> levels) {}
