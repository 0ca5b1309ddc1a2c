package io.vertebra.examples.orders;

import io.vertebra.Node;
import io.vertebra.cluster.ClusterNode;
import io.vertebra.examples.orders.ledger.Run;
import io.vertebra.test.FreePorts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Several processes on this machine: the services are in children that run {@link ShopNode}, numbered
 * from 1; this process is a member of the cluster without any service.
 */
final class ShopCluster implements AutoCloseable {
  private final List<String> members;
  private final ClusterNode node;
  private final int count;
  private final Map<Integer, ShopProcess> children = new ConcurrentSkipListMap<>();
  private String database = "";
  private int run;

  private ShopCluster(List<String> members, ClusterNode node, int count) {
    this.members = members;
    this.node = node;
    this.count = count;
  }

  /** Makes this process a member of a cluster that will have so many children. */
  static ShopCluster join(int count) {
    List<String> members =
        FreePorts.some(count + 1).stream().map(port -> "127.0.0.1:" + port).toList();
    return new ShopCluster(members, ShopNode.join(0, members).await(), count);
  }

  /** Starts the children; returns when all of them serve. */
  void launch(String databaseUri, Run ofRun) {
    database = databaseUri;
    run = ofRun.id();
    for (int child = 1; child <= count; child++) {
      children.put(child, start(child));
    }
    children.values().forEach(ShopProcess::awaitReady);
  }

  private ShopProcess start(int child) {
    List<String> arguments = new ArrayList<>(List.of(String.valueOf(child), String.valueOf(run)));
    arguments.addAll(members);
    return ShopProcess.start(database, arguments);
  }

  Node node() {
    return node;
  }

  boolean isReady(int child) {
    ShopProcess process = children.get(child);
    return process != null && process.isReady();
  }

  /** How many children are up. */
  int ready() {
    return (int) children.values().stream().filter(ShopProcess::isReady).count();
  }

  /** Ends a child at once, with nothing it could do about it. */
  void kill(int child) {
    ShopProcess process = children.get(child);
    if (process != null) {
      process.kill();
    }
  }

  /** Kills a child and starts it again, and others that have ended; does not wait until they are up. */
  void restart(int child) {
    kill(child);
    children.replaceAll((each, process) -> process.isAlive() ? process : start(each));
  }

  /** Ends the children, then leaves. */
  @Override
  public void close() {
    children.values().forEach(ShopProcess::tellToEnd);
    children.values().forEach(ShopProcess::awaitEnd);
    node.close().await();
  }
}
