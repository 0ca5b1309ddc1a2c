package io.vertebra.benchmarks.raw;

import java.util.List;

/**
 * What the benchmarks ask, on both sides.
 *
 * @param id order number
 * @param customer who orders
 * @param lines what is ordered
 * @param amount sum of the lines, in cents
 * @param express whether it has to go today
 */
public record PlaceOrder(long id, String customer, List<Line> lines, long amount, boolean express) {
  private static final List<Line> LINES = List.of(
      new Line("S10_1678", 30, 9570),
      new Line("S18_2248", 50, 5509),
      new Line("S24_3969", 49, 3529));

  /** An order of three lines. */
  public static PlaceOrder of(long id) {
    return new PlaceOrder(id, "Atelier graphique", LINES, 735471, false);
  }

  /**
   * One product of an order.
   *
   * @param product product code
   * @param quantity how many
   * @param price of one, in cents
   */
  public record Line(String product, int quantity, long price) {}
}
