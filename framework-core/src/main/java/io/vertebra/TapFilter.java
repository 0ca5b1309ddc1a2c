package io.vertebra;

import io.vertebra.directory.ServedContract;
import io.vertebra.directory.TapInterest;
import io.vertebra.dispatch.Envelope;
import java.util.Collection;

/**
 * What is to be recorded of the calls of one contract: the most that anybody wants. Conversations are
 * chosen by a hash of their id, so that every node chooses the same, and those chosen as one in ten
 * are among those chosen as one in two.
 *
 * @param oneIn one conversation in so many, 0 for none
 * @param oneInWithBody one conversation in so many has bodies too, 0 for none
 */
record TapFilter(int oneIn, int oneInWithBody) {
  private static final TapFilter NOTHING = new TapFilter(0, 0);
  /** Contracts of the framework itself; a tap that saw its own records would never end. */
  private static final String OWN = "vertebra.";

  static TapFilter of(String contract, Collection<TapInterest> interests) {
    if (contract.startsWith(OWN)) {
      return NOTHING;
    }
    long id = ServedContract.requestId(contract);
    TapFilter filter = NOTHING;
    for (TapInterest each : interests) {
      if (each.contractId() == id || each.contractId() == TapInterest.EVERY_CONTRACT) {
        filter = new TapFilter(
            more(filter.oneIn, each.oneIn()),
            each.hasBody() ? more(filter.oneInWithBody, each.oneIn()) : filter.oneInWithBody);
      }
    }
    return filter;
  }

  private static int more(int one, int other) {
    return one == 0 ? other : Math.min(one, other);
  }

  boolean takes(Envelope envelope) {
    return oneIn != 0 && isChosen(envelope.correlation().toString(), oneIn);
  }

  boolean takesBody(Envelope envelope) {
    return oneInWithBody != 0 && isChosen(envelope.correlation().toString(), oneInWithBody);
  }

  static boolean isChosen(String correlationId, int oneIn) {
    // Fibonacci hashing: the upper half is spread evenly over 32 bits.
    long spread = (correlationId.hashCode() * 0x9E3779B97F4A7C15L) >>> 32;
    return spread * oneIn < 1L << 32;
  }
}
