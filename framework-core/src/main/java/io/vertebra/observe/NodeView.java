package io.vertebra.observe;

import io.vertebra.messaging.GuardEvent;
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

  /** How often the guard did one thing to one contract for one reason; 0 if never. */
  long guarded(GuardEvent.Kind kind, String contract, String reason);

  /** Calls {@code listener} for each combination that occurs for the first time, and those that occurred already. */
  void onGuarded(GuardListener listener);

  /** Hears of what the guard does for the first time. */
  @FunctionalInterface
  interface GuardListener {
    /** It is counted from now on. */
    void counted(GuardEvent.Kind kind, String contract, String reason);
  }
}
