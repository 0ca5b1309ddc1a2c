package io.vertebra.examples.orders;

import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.Method;

/** Shows how many orders are final: a bar on a terminal, a line for each tenth otherwise. */
final class Progress {
  private static final int WIDTH = 40;

  private final PrintStream out;
  private final int total;
  private final boolean isTerminal;

  Progress(PrintStream out, int total, boolean isTerminal) {
    this.out = out;
    this.total = total;
    this.isTerminal = isTerminal;
  }

  /** Whether a person watches. */
  @SuppressWarnings("SystemConsoleNull") // where it is never null, the method below is there
  static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // From Java 22 on there may be a console without a terminal, and a method that says so.
      Method isTerminal = Console.class.getMethod("isTerminal");
      return (boolean) isTerminal.invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /** So many orders are final now. */
  void show(int done) {
    if (isTerminal) {
      int filled = WIDTH * done / total;
      out.print("\r[" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] " + done + " of "
          + total + (done == total ? " orders final\n" : ""));
      out.flush();
    } else if (done == total || done * 10 / total > (done - 1) * 10 / total) {
      out.println(done + " of " + total + " orders final");
    }
  }

  /** Says something in between. */
  void note(String text) {
    out.println(
        isTerminal ? "\r" + text + " ".repeat(Math.max(0, WIDTH - text.length() + 30)) : text);
  }
}
