package io.vertebra.saga;

/**
 * How large an instance may become.
 *
 * @param maxState bytes of the encoded state, and of each message and stored answer
 * @param maxEvents lines of history at which an instance takes no more steps forward; undoing them
 *     may write as many again
 */
record SagaLimits(int maxState, int maxEvents) {}
