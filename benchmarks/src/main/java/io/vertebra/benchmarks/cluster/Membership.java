package io.vertebra.benchmarks.cluster;

import io.vertebra.test.FreePorts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The members of one cluster and which of them this is; travels to child JVMs as text.
 *
 * @param cluster name of the cluster
 * @param port the member's own Hazelcast port
 * @param ports the ports of all members
 */
public record Membership(String cluster, int port, List<Integer> ports) {

  /** The memberships of a new cluster of this size. */
  public static List<Membership> cluster(int members) {
    String name = "benchmark-" + UUID.randomUUID();
    List<Integer> ports = FreePorts.some(members);
    List<Membership> all = new ArrayList<>();
    ports.forEach(port -> all.add(new Membership(name, port, ports)));
    return all;
  }

  /** The membership of a node that joins these members later. */
  public Membership joinedByOneMore() {
    int added = FreePorts.one();
    List<Integer> all = new ArrayList<>(ports);
    all.add(added);
    return new Membership(cluster, added, all);
  }

  /** Reads what {@link #text()} writes. */
  public static Membership parse(String text) {
    String[] parts = text.split("/", -1);
    return new Membership(
        parts[0],
        Integer.parseInt(parts[1]),
        Arrays.stream(parts[2].split(",", -1)).map(Integer::valueOf).toList());
  }

  /** Where the members are, as {@code host:port}. */
  public List<String> addresses() {
    return ports.stream().map(p -> "127.0.0.1:" + p).toList();
  }

  /** The membership as one word. */
  public String text() {
    return cluster + "/" + port + "/"
        + ports.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
