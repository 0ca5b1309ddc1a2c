package io.vertebra.directory;

import java.util.List;

/**
 * Everything a node says about itself; absolute, so that the newest version alone counts.
 *
 * @param node the node id, at most 1,024 bytes of UTF-8
 * @param incarnation larger for each start of a process under the same node id, never negative
 * @param version counts the changes within the incarnation, from 1
 * @param state whether the node takes calls
 * @param contracts what it serves, by ascending id, no id twice
 * @param taps what it wants to see of other nodes' calls
 */
public record Descriptor(
    String node,
    long incarnation,
    long version,
    ServingState state,
    List<ServedContract> contracts,
    List<TapInterest> taps) {
  public Descriptor {
    DirectoryCodec.requireShort(node, "node");
    if (incarnation < 0 || version < 1) {
      throw new IllegalArgumentException(
          "incarnation or version is too small: " + incarnation + ", " + version);
    }
    contracts = List.copyOf(contracts);
    taps = List.copyOf(taps);
    for (int i = 1; i < contracts.size(); i++) {
      if (contracts.get(i - 1).id() >= contracts.get(i).id()) {
        throw new IllegalArgumentException("contracts are not in the order of their ids");
      }
    }
  }
}
