package io.vertebra.observe;

/**
 * What became of the calls of one contract that came to this node.
 *
 * @param contract id of the contract
 * @param started handlers started
 * @param replied handlers that replied
 * @param declared handlers that answered with a declared failure
 * @param failed handlers that failed otherwise
 * @param expired calls whose deadline passed here, before or while the handler ran
 * @param cancelled calls whose caller gave up before they were answered
 * @param rejected calls refused for want of a permit
 * @param lost calls that ran on long after their deadline
 * @param inFlight calls that hold a permit now
 * @param waiting calls that wait for a permit now
 */
public record ContractCounts(
    String contract,
    long started,
    long replied,
    long declared,
    long failed,
    long expired,
    long cancelled,
    long rejected,
    long lost,
    int inFlight,
    int waiting) {}
