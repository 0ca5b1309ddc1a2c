package io.vertebra.cluster;

import io.vertebra.test.FreePorts;
import org.junit.jupiter.api.Test;

class MainEndsIT {
  private static final String STARTED = "STARTED";

  /** A program whose main method ends while the node starts. */
  static final class Program {
    public static void main(String[] args) {
      ClusterNode.start(ClusterOptions.defaults().withPort(Integer.parseInt(args[0])))
          .onSuccess(node -> System.out.println(STARTED));
    }
  }

  @Test
  void a_process_lives_on_while_its_node_starts() throws Exception {
    try (JavaProcess process = JavaProcess.start(Program.class, String.valueOf(FreePorts.one()))) {
      process.await(STARTED);
    }
  }
}
