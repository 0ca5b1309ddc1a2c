package io.vertebra.benchmarks.fault;

import io.vertebra.benchmarks.process.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/** What happens to the victim. */
enum Fault {
  /** SIGKILL: the process is gone, its sockets are closed by the system. */
  KILL,
  /** SIGSTOP: the process is frozen, its sockets stay open. */
  STOP,
  /** It is asked to leave. */
  DRAIN;

  private static final int THAW_SECONDS = 40;

  /** The word for the printed line. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  void strike(ChildJvm victim) {
    switch (this) {
      case KILL -> victim.kill();
      // Its shell thaws the process also when this one does not live to do so.
      case STOP ->
        run("kill -STOP %1$d; sleep %2$d; kill -CONT %1$d".formatted(victim.pid(), THAW_SECONDS));
      case DRAIN -> victim.say("drain");
    }
  }

  /** Ends a SIGSTOP. */
  static void thaw(ChildJvm victim) {
    run("kill -CONT " + victim.pid());
  }

  private static void run(String command) {
    try {
      new ProcessBuilder("sh", "-c", command).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
