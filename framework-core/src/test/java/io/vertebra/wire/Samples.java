package io.vertebra.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Messages of the tests of formats. Their constructors and accessors throw texts that nobody may see. */
final class Samples {
  static final UUID ID = UUID.fromString("6f9619ff-8b86-d011-b42d-00cf4fc964ff");

  private Samples() {}

  enum Color {
    RED {
      @Override
      public String toString() {
        return "rouge";
      }
    },
    GREEN
  }

  record Line(String sku, int quantity) {
    Line {
      if (quantity < 0) {
        throw new IllegalArgumentException("secret " + quantity);
      }
    }
  }

  @SuppressWarnings("ArrayRecordComponent")
  record Order(
      UUID id,
      List<Line> lines,
      Color color,
      Instant at,
      Optional<String> note,
      @Nullable Duration within,
      byte[] raw) {}

  record Numbers(byte a, short b, int c, long d, float e, double f, BigDecimal g, BigInteger h) {}

  record Whole(int value) {}

  record Real(double value) {}

  record Exact(BigDecimal value) {}

  record Text(String text) {}

  record Texts(Map<String, String> texts, Set<String> set) {}

  record Tree(List<Tree> children) {}

  sealed interface Payment {
    record Card(String number, BigDecimal amount) implements Payment {}

    record Cash() implements Payment {}

    record Split(Payment one, Payment other) implements Payment {}
  }

  record Paid(Payment payment, Payment.Card card) {}

  record Failing(String text) {
    @Override
    public String text() {
      throw new IllegalStateException("secret");
    }
  }

  record OutOfStock(String sku) {}
}
