package io.vertebra.link;

/**
 * Drops calls to a service that refuses most of them, before they cost it anything: with probability
 * {@code (requests - 2 * accepts) / (requests + 1)}, at most 0.9, over the last 30 s (client-side
 * throttling of Google's SRE book, chapter 21; the cap is Finagle's and go-zero's idea, so that it
 * notices when the service is well again). A request counts once it is answered or dropped, since a
 * burst of which nothing is known yet is no reason to drop. Not safe for use by more than one thread;
 * knows neither clock nor chance.
 */
final class AdaptiveThrottle {
  private static final int BUCKETS = 30;
  private static final long BUCKET_NANOS = 1_000_000_000L;
  private static final double ACCEPTS = 2;
  private static final double MOST = 0.9;
  private static final int FEW = 50;

  private final int[] requests = new int[BUCKETS];
  private final int[] accepts = new int[BUCKETS];
  private long allRequests;
  private long allAccepts;
  private long bucket;
  private boolean started;

  /** Whether the next call is dropped; {@code draw} lies evenly in [0, 1). */
  boolean drops(long now, double draw) {
    forward(now);
    double probability = allRequests < FEW
        ? 0
        : Math.min(MOST, (allRequests - ACCEPTS * allAccepts) / (allRequests + 1.0));
    boolean dropped = draw < probability;
    if (dropped) {
      requested();
    }
    return dropped;
  }

  /** The service has refused a call. */
  void refused(long now) {
    forward(now);
    requested();
  }

  private void requested() {
    requests[index()]++;
    allRequests++;
  }

  /** The service has taken a call, whatever came of it. */
  void accepted(long now) {
    forward(now);
    requested();
    accepts[index()]++;
    allAccepts++;
  }

  private int index() {
    return (int) Math.floorMod(bucket, (long) BUCKETS);
  }

  private void forward(long now) {
    long current = Math.floorDiv(now, BUCKET_NANOS);
    if (!started) {
      started = true;
      bucket = current;
    }
    for (long steps = Math.min(current - bucket, BUCKETS); steps > 0; steps--) {
      bucket = current - steps + 1;
      int index = index();
      allRequests -= requests[index];
      allAccepts -= accepts[index];
      requests[index] = 0;
      accepts[index] = 0;
    }
  }
}
