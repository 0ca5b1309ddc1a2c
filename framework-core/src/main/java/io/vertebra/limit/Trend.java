package io.vertebra.limit;

/** The last 20 pairs of numbers, and how they go together. */
final class Trend {
  private static final int PAIRS = 20;
  private static final int ENOUGH = 8;

  private final double[] xs = new double[PAIRS];
  private final double[] ys = new double[PAIRS];
  private int added;

  void add(double x, double y) {
    xs[added % PAIRS] = x;
    ys[added % PAIRS] = y;
    added++;
  }

  boolean isFull() {
    return added >= PAIRS;
  }

  /** Pearson's correlation; 0.5 while there are fewer than 8 pairs, 0.5 if one of the two does not change. */
  double correlation() {
    int n = Math.min(added, PAIRS);
    double varianceX = variance(xs, n);
    double varianceY = variance(ys, n);
    if (n < ENOUGH || varianceX == 0 || varianceY == 0) {
      return 0.5;
    }
    double meanX = mean(xs, n);
    double meanY = mean(ys, n);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += (xs[i] - meanX) * (ys[i] - meanY);
    }
    return sum / n / Math.sqrt(varianceX * varianceY);
  }

  /** Standard deviation of the second numbers over their mean. */
  double variation() {
    int n = Math.min(added, PAIRS);
    double mean = mean(ys, n);
    return mean == 0 ? 0 : Math.sqrt(variance(ys, n)) / mean;
  }

  private static double mean(double[] values, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += values[i];
    }
    return n == 0 ? 0 : sum / n;
  }

  private static double variance(double[] values, int n) {
    double mean = mean(values, n);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += (values[i] - mean) * (values[i] - mean);
    }
    return n == 0 ? 0 : sum / n;
  }
}
