package io.vertebra.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertebra.Node;
import io.vertebra.cluster.ClusterNode;
import io.vertebra.test.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Three processes on this machine: this one is node 1, the others are children that run {@link ShopNode}. */
final class ShopCluster implements AutoCloseable {
  private final Map<Integer, Process> children = new HashMap<>();
  private final ClusterNode node;

  private ShopCluster(ClusterNode node) {
    this.node = node;
  }

  /** Starts them; returns when the processes of orders can run on each child. */
  static ShopCluster start(int nodes) {
    List<String> members = freeAddresses(nodes);
    ShopCluster cluster = new ShopCluster(ShopNode.join("node-1", 0, members).await());
    try {
      for (int child = 2; child <= nodes; child++) {
        cluster.children.put(child, launch("node-" + child, child - 1, members));
      }
      for (Process child : cluster.children.values()) {
        awaitReady(child);
      }
      return cluster;
    } catch (IOException e) {
      cluster.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  Node node() {
    return node;
  }

  /** Ends a child at once, with nothing it could do about it. */
  void kill(int child) {
    Process process = children.get(child);
    if (process != null) {
      process.destroyForcibly();
    }
  }

  /** Ends the children, then leaves. */
  @Override
  public void close() {
    for (Process child : children.values()) {
      try {
        child.getOutputStream().close();
        if (!child.waitFor(15, TimeUnit.SECONDS)) {
          child.destroyForcibly();
        }
      } catch (IOException e) {
        child.destroyForcibly();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        child.destroyForcibly();
      }
    }
    node.close().await();
  }

  private static Process launch(String id, int index, List<String> members) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx256m",
        // Short-lived processes that share a machine are better off without much compiling.
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        System.getProperty("java.class.path"),
        ShopNode.class.getName(),
        id,
        String.valueOf(index)));
    command.addAll(members);
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void awaitReady(Process child) throws IOException {
    BufferedReader lines = child.inputReader(UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals(ShopNode.READY)) {
        return;
      }
      System.err.println(line);
    }
    throw new IOException("A node ended before it was ready");
  }

  private static List<String> freeAddresses(int count) {
    return FreePorts.some(count).stream().map(port -> "127.0.0.1:" + port).toList();
  }
}
