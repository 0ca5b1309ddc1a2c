package io.vertebra.observe;

import java.util.List;

/** The counts of a node, as they are when asked for. Safe for use by any thread. */
public interface NodeView {

  /** Id of the node. */
  String id();

  /** Contracts that were served here at any time. */
  List<ContractCounts> contracts();

  /** Calls made here that were sent to another node because the first had not run them. */
  long reroutedCalls();

  /** Replies that came after their caller had given up. */
  long lateReplies();

  /** Calls made here without a running handler as parent. */
  long rootCalls();

  /** Calls {@code listener} for each contract that is served here for the first time, and those served already. */
  void onContract(ContractListener listener);

  /** Hears of contracts. */
  @FunctionalInterface
  interface ContractListener {
    /** The contract is served here from now on. */
    void served(String contract);
  }

  /** The counts of one contract; all zero if it was never served here. */
  ContractCounts contract(String id);
}
