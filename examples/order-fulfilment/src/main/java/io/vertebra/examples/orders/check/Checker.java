package io.vertebra.examples.orders.check;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Computes the result of a run from the files that {@code --dump} wrote, and looks for effects that
 * are missing, left over or there twice.
 *
 * <p>{@code java -cp order-fulfilment.jar io.vertebra.examples.orders.check.Checker DIR} prints what is
 * wrong and the result; it exits with 1 if anything is.
 */
public final class Checker {
  private final List<String> problems = new ArrayList<>();
  private final Map<String, String> outcomes = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final Map<String, BigDecimal> owed = new HashMap<>();
  private final Map<String, Integer> sold = new HashMap<>();
  private final Map<String, Integer> ordered = new HashMap<>();
  private final Map<String, BigDecimal> totals = new HashMap<>();
  private BigDecimal revenue = BigDecimal.ZERO;
  private long units;
  private int lost;
  private int duplicated;
  private boolean isBalanced = true;

  private Checker() {}

  /** Checks the files in the folder that the only argument names. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("Usage: Checker DIR, a folder that --dump has written");
      System.exit(2);
    }
    Checker checker = check(Path.of(args[0]));
    checker.problems.forEach(problem -> System.out.println("PROBLEM " + problem));
    System.out.println(checker.verdict());
    System.exit(checker.problems.isEmpty() ? 0 : 1);
  }

  /** Checks the files in a folder. */
  public static Checker check(Path folder) throws IOException {
    Checker checker = new Checker();
    checker.orders(read(folder, "orders.csv"), read(folder, "lines.csv"));
    checker.stock(read(folder, "stock.csv"));
    checker.customers(read(folder, "customers.csv"));
    checker.effects(read(folder, "effects.csv"));
    return checker;
  }

  /** The line as the shop should print it, without the seconds. */
  public String result() {
    return counts() + " books_balance=" + isBalanced;
  }

  /** The same, and how many accepted orders have no end, and how many effects are there too often. */
  public String verdict() {
    return counts() + " lost=" + lost + " duplicated=" + duplicated + " books_balance="
        + isBalanced;
  }

  private String counts() {
    return "RESULT order-fulfilment completed=" + count("completed") + " out_of_stock="
        + count("out_of_stock") + " declined=" + count("declined") + " rejected="
        + count("rejected") + " needs_operator=" + count("needs_operator") + " revenue="
        + revenue.setScale(0, RoundingMode.HALF_UP).toPlainString() + " units_shipped=" + units;
  }

  /** What is wrong; empty if nothing is. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  private int count(String outcome) {
    return counts.getOrDefault(outcome, 0);
  }

  private void orders(List<List<String>> orders, List<List<String>> lines) {
    Map<String, String> customers = new HashMap<>();
    for (List<String> order : orders) {
      String outcome = order.get(2);
      if (outcomes.put(order.get(0), outcome) != null) {
        problems.add("order " + order.get(0) + " is there twice");
      }
      if (outcome.isEmpty()) {
        lost++;
        problems.add("order " + order.get(0) + " has no end");
      }
      customers.put(order.get(0), order.get(1));
      counts.merge(outcome, 1, Integer::sum);
    }
    for (List<String> line : lines) {
      int quantity = Integer.parseInt(line.get(2));
      BigDecimal amount = new BigDecimal(line.get(3)).multiply(BigDecimal.valueOf(quantity));
      ordered.merge(line.get(0), quantity, Integer::sum);
      totals.merge(line.get(0), amount, BigDecimal::add);
      if ("completed".equals(outcomes.get(line.get(0)))) {
        sold.merge(line.get(1), quantity, Integer::sum);
        owed.merge(customers.getOrDefault(line.get(0), "?"), amount, BigDecimal::add);
        revenue = revenue.add(amount);
      }
    }
  }

  private void stock(List<List<String>> products) {
    for (List<String> product : products) {
      int opening = Integer.parseInt(product.get(1));
      int left = Integer.parseInt(product.get(2));
      int shipped = Integer.parseInt(product.get(4));
      units += shipped;
      expect(opening == left + shipped, product.get(0) + ": opening is not left + shipped");
      expect("0".equals(product.get(3)), product.get(0) + ": pieces are still reserved");
      Integer expected = sold.remove(product.get(0));
      expect(shipped == (expected == null ? 0 : expected), product.get(0) + ": shipped, not sold");
    }
    expect(sold.isEmpty(), "sold, but not in the stock: " + sold.keySet());
  }

  private void customers(List<List<String>> customers) {
    for (List<String> customer : customers) {
      BigDecimal charged = new BigDecimal(customer.get(2));
      BigDecimal expected = owed.remove(customer.get(0));
      expect(
          charged.compareTo(expected == null ? BigDecimal.ZERO : expected) == 0,
          "customer " + customer.get(0) + ": charged " + charged + ", owes " + expected);
      expect(
          charged.compareTo(new BigDecimal(customer.get(1))) <= 0,
          "customer " + customer.get(0) + ": charged above the credit limit");
    }
    expect(owed.isEmpty(), "owed by unknown customers: " + owed.keySet());
  }

  private void expect(boolean condition, String problem) {
    if (!condition) {
      isBalanced = false;
      problems.add(problem);
    }
  }

  /** Each effect is there at most once, moves what the order says, and fits to how the order ended. */
  private void effects(List<List<String>> effects) {
    Map<String, Set<String>> done = new HashMap<>();
    for (List<String> effect : effects) {
      String order = effect.get(0);
      String what = (effect.get(2).equals("action") ? "" : "undo ") + effect.get(1);
      if (!done.computeIfAbsent(order, any -> new TreeSet<>()).add(what)) {
        duplicated++;
        problems.add("order " + order + ": effect applied twice: " + what);
      }
      amounts(order, what, effect);
    }
    for (Map.Entry<String, Set<String>> order : done.entrySet()) {
      if (!outcomes.containsKey(order.getKey())) {
        problems.add("effects of an order that does not exist: " + order.getKey());
      }
      for (String what : order.getValue()) {
        if (what.startsWith("undo ") && !order.getValue().contains(what.substring(5))) {
          duplicated++;
          problems.add("order " + order.getKey() + ": undone, but never done: " + what);
        }
      }
    }
    outcomes.forEach((order, outcome) -> {
      if (!outcome.isEmpty() && !fits(outcome, done.getOrDefault(order, Set.of()))) {
        problems.add("order " + order + " is " + outcome + ", but its effects are "
            + done.getOrDefault(order, Set.of()));
      }
    });
  }

  private void amounts(String order, String what, List<String> effect) {
    boolean isMoney = effect.get(1).equals("charge");
    BigDecimal expected = isMoney
        ? totals.getOrDefault(order, BigDecimal.ZERO)
        : BigDecimal.valueOf(ordered.getOrDefault(order, 0));
    BigDecimal moved = new BigDecimal(effect.get(isMoney ? 4 : 3));
    if (moved.compareTo(expected) != 0) {
      isBalanced = false;
      problems.add("order " + order + ": " + what + " moved " + moved + " instead of " + expected);
    }
  }

  private static boolean fits(String outcome, Set<String> steps) {
    if (outcome.equals("completed")) {
      return steps.equals(Set.of("reserve", "charge", "dispatch", "take"));
    }
    return steps.contains("reserve") == steps.contains("undo reserve")
        && steps.contains("charge") == steps.contains("undo charge")
        && !steps.contains("dispatch")
        && !steps.contains("take");
  }

  private static List<List<String>> read(Path folder, String name) throws IOException {
    List<String> rows = Files.readAllLines(folder.resolve(name));
    return rows.stream().skip(1).map(Checker::fields).toList();
  }

  private static List<String> fields(String row) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean isQuoted = false;
    for (int i = 0; i < row.length(); i++) {
      char c = row.charAt(i);
      if (c == '"' && isQuoted && i + 1 < row.length() && row.charAt(i + 1) == '"') {
        field.append(row.charAt(++i));
      } else if (c == '"') {
        isQuoted = !isQuoted;
      } else if (c == ',' && !isQuoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
