package io.vertebra.outbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Changes that the outbox is to be told, in the order in which they were decided; one group is on its
 * way at a time. A key's stop goes with the first group after it was decided, so that no row is aside
 * without one.
 */
final class Settling {
  private final int most;
  private final ArrayDeque<OfRow> rows = new ArrayDeque<>();
  private final Map<Line, Outbox.Change> stops = new LinkedHashMap<>();
  private Group underWay = Group.NONE;

  Settling(int most) {
    this.most = most;
  }

  /** The change of a row. */
  record OfRow(Line line, Outbox.Row row, Outbox.Change change) {}

  /** What is told together. */
  record Group(List<OfRow> rows, Map<Line, Outbox.Change> stops) {
    static final Group NONE = new Group(List.of(), Map.of());

    boolean isEmpty() {
      return rows.isEmpty() && stops.isEmpty();
    }

    List<Outbox.Change> changes() {
      List<Outbox.Change> all = new ArrayList<>(rows.size() + stops.size());
      all.addAll(stops.values());
      rows.forEach(each -> all.add(each.change()));
      return all;
    }

    List<Integer> partitions() {
      return changes().stream()
          .map(Outbox.Change::partition)
          .distinct()
          .sorted()
          .toList();
    }
  }

  void add(Line line, Outbox.Row row, Outbox.Change change) {
    line.unsettled++;
    rows.add(new OfRow(line, row, change));
  }

  /** Decides about a key's stop; a decision before it that was not told yet is no more. */
  void addStop(Line line, Outbox.Change change) {
    if (stops.put(line, change) == null) {
      line.unsettled++;
    }
  }

  boolean isUnderWay() {
    return !underWay.isEmpty();
  }

  boolean isEmpty() {
    return rows.isEmpty() && stops.isEmpty() && underWay.isEmpty();
  }

  /** The next group, which is under way from now on; empty if there is nothing to tell, or one is under way. */
  Group next() {
    if (isUnderWay()) {
      return Group.NONE;
    }
    List<OfRow> taken = new ArrayList<>();
    Set<Outbox.Row> once = new HashSet<>();
    while (taken.size() < most && !rows.isEmpty() && once.add(rows.element().row())) {
      taken.add(rows.poll());
    }
    underWay = new Group(taken, new LinkedHashMap<>(stops));
    stops.clear();
    return underWay;
  }

  /** The group has been told. */
  Group done() {
    Group done = underWay;
    underWay = Group.NONE;
    done.rows().forEach(each -> each.line().unsettled--);
    done.stops().keySet().forEach(line -> line.unsettled--);
    return done;
  }

  /** Forgets what is not under way yet. */
  void forget(Predicate<Line> lines) {
    rows.removeIf(each -> lines.test(each.line()));
    stops.keySet().removeIf(lines);
  }
}
