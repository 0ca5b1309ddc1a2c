package io.vertebra.directory;

/**
 * What a node wants to see of other nodes' calls.
 *
 * @param contractId the contract, or {@link #EVERY_CONTRACT}
 * @param oneIn one call in so many is copied, at least 1
 * @param hasBody whether the body is wanted too
 */
public record TapInterest(long contractId, int oneIn, boolean hasBody) {
  /** Stands for all contracts. */
  public static final long EVERY_CONTRACT = 0;

  public TapInterest {
    if (oneIn < 1) {
      throw new IllegalArgumentException("oneIn must be at least 1: " + oneIn);
    }
  }
}
