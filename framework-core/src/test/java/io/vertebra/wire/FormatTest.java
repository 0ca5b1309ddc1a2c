package io.vertebra.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.contract.Request;
import io.vertebra.error.ContractException;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.HandlerException;
import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormatTest {
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

  record Order(
      UUID id,
      List<Line> lines,
      Color color,
      Instant at,
      Optional<String> note,
      @Nullable Duration within,
      byte[] raw) {}

  record Numbers(byte a, short b, int c, long d, float e, double f, BigDecimal g, BigInteger h) {}

  record Number(int value) {}

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

  private static final UUID ID = UUID.fromString("6f9619ff-8b86-d011-b42d-00cf4fc964ff");
  private static final Order ORDER = new Order(
      ID,
      List.of(new Line("S18", 3)),
      Color.RED,
      Instant.EPOCH,
      Optional.empty(),
      Duration.ofMillis(1500),
      new byte[] {1, 2});

  @Test
  void json_is_plain() {
    assertThat(Format.JSON.encode(Order.class, ORDER)).hasToString("""
        {"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","lines":[{"sku":"S18","quantity":3}],"color":"RED",\
        "at":"1970-01-01T00:00:00Z","within":"PT1.5S","raw":"AQI="}""");
  }

  @Test
  void cbor_is_as_in_the_rfc() {
    Buffer body = Format.CBOR.encode(Order.class, ORDER);

    assertThat(HexFormat.of().formatHex(body.getBytes()))
        .startsWith(
            "bf6269" + "6450" + "6f9619ff8b86d011b42d00cf4fc964ff" + "656c696e6573" + "9f" + "bf")
        .endsWith("63726177" + "420102" + "ff");
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void appends_to_what_is_there_and_reads_from_the_middle(Format format) {
    Buffer target = Buffer.buffer("head");

    int length = format.encodeInto(target, Line.class, new Line("S18", 3), "stock.reserve");
    target.appendString("tail");

    assertThat(target.length()).isEqualTo(8 + length);
    assertThat(format.decode(Line.class, target, 4, 4 + length, "stock.reserve"))
        .isEqualTo(new Line("S18", 3));
    Buffer slice = target.slice(2, 4 + length);
    assertThat(format.decode(Line.class, slice, 2, 2 + length, "stock.reserve"))
        .isEqualTo(new Line("S18", 3));
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void leaves_the_target_alone_when_a_message_cannot_be_written(Format format) {
    Buffer target = Buffer.buffer("head");

    assertThatThrownBy(() -> format.encodeInto(target, Text.class, new Text(null), "a.text"))
        .isInstanceOfSatisfying(
            ContractException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MESSAGE_INVALID))
        .hasMessage("[VTB-1004] A message of 'a.text' cannot be sent: Text.text: is null");
    assertThat(target).hasToString("head");
  }

  static Stream<Arguments> unwritable() {
    Tree loop = new Tree(new ArrayList<>());
    loop.children().add(loop);
    Map<String, String> nullValue = new LinkedHashMap<>();
    nullValue.put("k", null);
    return Stream.of(
        Arguments.of(
            Order.class,
            new Order(
                ID,
                Arrays.asList(new Line("a", 1), null),
                Color.RED,
                Instant.EPOCH,
                Optional.empty(),
                null,
                new byte[0]),
            "Order.lines[1]: is null"),
        Arguments.of(
            Order.class,
            new Order(ID, List.of(), Color.RED, Instant.EPOCH, null, null, new byte[0]),
            "Order.note: is null"),
        Arguments.of(
            Order.class,
            new Order(
                ID, List.of(new Line(null, 1)), Color.RED, Instant.EPOCH, null, null, new byte[0]),
            "Order.lines[0].sku: is null"),
        Arguments.of(Texts.class, new Texts(nullValue, Set.of()), "Texts.texts{}: is null"),
        Arguments.of(
            Texts.class,
            new Texts(Map.of("k".repeat(20_000), ""), Set.of()),
            "Texts.texts{}: has a key that is too long"),
        Arguments.of(Real.class, new Real(Double.NaN), "Real.value: is not a finite number"),
        Arguments.of(
            Real.class, new Real(Double.NEGATIVE_INFINITY), "Real.value: is not a finite number"),
        Arguments.of(
            Exact.class,
            new Exact(new BigDecimal(BigInteger.ONE.shiftLeft(4000))),
            "Exact.value: has more than 950 digits"),
        Arguments.of(Tree.class, loop, "nested deeper than 1000 levels"),
        Arguments.of(
            Failing.class,
            new Failing("x"),
            "Failing.text: its accessor threw java.lang.IllegalStateException"));
  }

  @ParameterizedTest
  @MethodSource("unwritable")
  void names_the_component_that_cannot_be_written(Class<?> type, Object message, String text) {
    for (Format format : Format.values()) {
      assertThatThrownBy(() -> encode(format, type, message))
          .isInstanceOf(ContractException.class)
          .hasMessageContaining(text)
          .hasMessageNotContaining("secret");
    }
  }

  static Stream<Arguments> unreadable() {
    return Stream.of(
        Arguments.of(
            Line.class, "{\"sku\":\"a\"}", "Line.quantity: a required field is missing or null"),
        Arguments.of(
            Line.class,
            "{\"quantity\":1,\"sku\":null}",
            "Line.sku: a required field is missing or null"),
        Arguments.of(
            Line.class, "{\"quantity\":1,\"sku\":7}", "Line.sku: expected a text, got an integer"),
        Arguments.of(
            Line.class,
            "{\"quantity\":\"1\",\"sku\":\"a\"}",
            "Line.quantity: expected an integer from -2147483648 to 2147483647, got a text"),
        Arguments.of(
            Line.class,
            "{\"quantity\":2147483648,\"sku\":\"a\"}",
            "Line.quantity: expected an integer from -2147483648 to 2147483647, got one out of range"),
        Arguments.of(
            Line.class,
            "{\"quantity\":123456789012345678901234567890,\"sku\":\"a\"}",
            "got one out of range"),
        Arguments.of(
            Line.class, "{\"quantity\":1.0,\"sku\":\"a\"}", "got a number with a fraction"),
        Arguments.of(
            Line.class, "{\"quantity\":1,\"sku\":\"a\",\"sku\":\"b\"}", "Line.sku: appears twice"),
        Arguments.of(
            Line.class,
            "{\"quantity\":-5,\"sku\":\"a\"}",
            "Line: the constructor of Line threw java.lang.IllegalArgumentException"),
        Arguments.of(Line.class, "[]", "Line: expected an object, got an array"),
        Arguments.of(Line.class, "null", "Line: expected an object, got null"),
        Arguments.of(Line.class, "", "Line: the body is empty"),
        Arguments.of(
            Line.class, "{\"quantity\":1,\"sku\":\"a\"} {}", "Line: more bytes follow the message"),
        Arguments.of(
            Line.class, "{\"quantity\":1,\"sku\":\"a\"", "Line: the body is no well-formed JSON"),
        Arguments.of(Line.class, "{\"quantity\":secret}", "the body is no well-formed JSON"),
        Arguments.of(
            Order.class,
            "{\"lines\":[{\"sku\":\"a\",\"quantity\":1},{\"sku\":[]}]}",
            "Order.lines[1].sku: expected a text, got an array"),
        Arguments.of(
            Order.class, "{\"lines\":[null]}", "Order.lines[0]: expected an element, got null"),
        Arguments.of(
            Order.class,
            "{\"color\":\"secret\"}",
            "Order.color: expected a constant of Color, got another text"),
        Arguments.of(
            Order.class, "{\"color\":\"rouge\"}", "Order.color: expected a constant of Color"),
        Arguments.of(
            Order.class,
            "{\"at\":\"secret\"}",
            "Order.at: expected a date and time with offset, got another text"),
        Arguments.of(Order.class, "{\"id\":\"secret\"}", "Order.id: expected a UUID, got a text"),
        Arguments.of(
            Order.class,
            "{\"id\":\"secret-secret-secret-secret-secret--\"}",
            "Order.id: expected a UUID, got another text"),
        Arguments.of(
            Order.class,
            "{\"raw\":\"secret!\"}",
            "Order.raw: expected bytes in Base64, got another text"),
        Arguments.of(
            Real.class,
            "{\"value\":1e999}",
            "Real.value: expected a finite number, got one out of range"),
        Arguments.of(Real.class, "{\"value\":NaN}", "the body is no well-formed JSON"),
        Arguments.of(Exact.class, "{\"value\":" + "1".repeat(1001) + "}", "Exact"),
        Arguments.of(
            Texts.class,
            "{\"texts\":{\"secret\":1}}",
            "Texts.texts{}: expected a text, got an integer"),
        Arguments.of(
            Texts.class,
            "{\"texts\":{\"secret\":null}}",
            "Texts.texts{}: expected a value, got null"),
        Arguments.of(
            Texts.class,
            "{\"texts\":{\"secret\":\"a\",\"secret\":\"b\"}}",
            "Texts.texts{}: the same key appears twice"),
        Arguments.of(
            Paid.class,
            "{\"payment\":{\"@type\":\"secret\"}}",
            "Paid.payment.@type: is none of the declared types"),
        Arguments.of(
            Paid.class,
            "{\"payment\":{\"@type\":1}}",
            "Paid.payment.@type: expected the name of a type, got an integer"),
        Arguments.of(
            Paid.class,
            "{\"payment\":{\"number\":\"secret\"}}",
            "Paid.payment.@type: a required field is missing"),
        Arguments.of(
            Paid.class, "{\"payment\":{}}", "Paid.payment.@type: a required field is missing"),
        Arguments.of(
            Paid.class,
            "{\"payment\":{\"@type\":\"Card\",\"number\":\"1\"}}",
            "Paid.payment.amount: a required field is missing"),
        Arguments.of(
            Paid.class,
            "{\"payment\":{\"number\":\"1\",\"@type\":\"Card\"}}",
            "Paid.payment.amount: a required field is missing"));
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void names_the_field_that_cannot_be_read_and_keeps_the_content_to_itself(
      Class<?> type, String body, String text) {
    assertThatThrownBy(() -> Format.JSON.decode(type, Buffer.buffer(body), "a.contract"))
        .isInstanceOfSatisfying(
            ContractException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MESSAGE_INVALID))
        .hasMessageStartingWith("[VTB-1004] A message of 'a.contract' cannot be read: ")
        .hasMessageContaining(text)
        .hasMessageNotContaining("secret");
  }

  @Test
  void ignores_fields_it_does_not_know_and_their_order() {
    String body =
        "{\"new\":{\"deep\":[1,{\"x\":null}]},\"quantity\":3,\"also\":1.5,\"sku\":\"S18\",\"end\":\"x\"}";

    assertThat(Format.JSON.decode(Line.class, Buffer.buffer(body), "c"))
        .isEqualTo(new Line("S18", 3));
  }

  @Test
  void accepts_white_space_escapes_and_explicit_nulls_for_what_may_be_missing() {
    String body = " {\"note\" : null, \"within\":null,\n\"id\":\"" + ID
        + "\", \"lines\":[ ], \"color\":\"G\\u0052EEN\", \"at\":\"1970-01-01T01:00:00+01:00\", \"raw\":\"\" } ";

    Order order = Format.JSON.decode(Order.class, Buffer.buffer(body), "c");

    assertThat(order.note()).isEmpty();
    assertThat(order.within()).isNull();
    assertThat(order.color()).isEqualTo(Color.GREEN);
    assertThat(order.at()).isEqualTo(Instant.EPOCH);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void collections_that_were_read_cannot_be_modified_and_keep_their_order(Format format) {
    Map<String, String> map = new LinkedHashMap<>(Map.of("z", "1"));
    map.put("a", "2");
    Set<String> set = new LinkedHashSet<>(List.of("z", "a"));

    Texts read = format.decode(Texts.class, format.encode(Texts.class, new Texts(map, set)), "c");

    assertThat(read.texts().keySet()).containsExactly("z", "a");
    assertThat(read.set()).containsExactly("z", "a");
    assertThatThrownBy(() -> read.texts().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> read.set().clear()).isInstanceOf(UnsupportedOperationException.class);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void members_of_a_sealed_interface_come_back_as_themselves(Format format) {
    Payment card = new Payment.Card("1", new BigDecimal("2.50"));
    Paid message = new Paid(new Payment.Split(card, new Payment.Cash()), (Payment.Card) card);

    assertThat(format.decode(Paid.class, format.encode(Paid.class, message), "c"))
        .isEqualTo(message);
    assertThat(format.decode(Payment.class, format.encode(Payment.class, card), "c"))
        .isEqualTo(card);
    assertThat(Format.JSON.encode(Payment.class, card))
        .hasToString("{\"@type\":\"Card\",\"number\":\"1\",\"amount\":2.50}");
    assertThat(Format.JSON.encode(Payment.Card.class, (Payment.Card) card))
        .hasToString("{\"number\":\"1\",\"amount\":2.50}");
  }

  @Test
  void the_type_may_stand_anywhere_in_an_object() {
    String card =
        "{\"amount\":2.50,\"extra\":{\"@type\":\"x\"},\"@type\":\"Card\",\"number\":\"1\"}";
    String split = "{\"one\":" + card + ",\"other\":{\"@type\":\"Cash\"},\"@type\":\"Split\"}";
    String list = "{\"card\":{\"number\":\"2\",\"amount\":1},\"payment\":" + split + "}";

    Payment.Card read = new Payment.Card("1", new BigDecimal("2.50"));
    assertThat(Format.JSON.decode(Payment.class, Buffer.buffer(card), "c")).isEqualTo(read);
    assertThat(Format.JSON.decode(Paid.class, Buffer.buffer(list), "c"))
        .isEqualTo(new Paid(
            new Payment.Split(read, new Payment.Cash()), new Payment.Card("2", BigDecimal.ONE)));
  }

  @Test
  void types_in_the_wrong_place_at_every_level_are_read_in_linear_time() {
    int levels = 900;
    String body = "{\"one\":".repeat(levels) + "{\"@type\":\"Cash\"}"
        + ",\"other\":{\"@type\":\"Cash\"},\"@type\":\"Split\"}".repeat(levels);

    assertThat(Format.JSON.decode(Payment.class, Buffer.buffer(body), "c"))
        .isInstanceOf(Payment.Split.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1_001, 100_000})
  void bodies_nested_too_deep_are_refused(int levels) {
    String tree = "{\"children\":[".repeat(levels) + "]}".repeat(levels);
    String unknown = "{\"x\":" + "[".repeat(levels) + "]".repeat(levels) + ",\"children\":[]}";
    byte[] cbor = new byte[levels];
    Arrays.fill(cbor, (byte) 0x81);

    assertThatThrownBy(() -> Format.JSON.decode(Tree.class, Buffer.buffer(tree), "c"))
        .isInstanceOf(ContractException.class);
    assertThatThrownBy(() -> Format.JSON.decode(Tree.class, Buffer.buffer(unknown), "c"))
        .isInstanceOf(ContractException.class);
    assertThatThrownBy(() -> Format.CBOR.decode(Tree.class, Buffer.buffer(cbor), "c"))
        .isInstanceOf(ContractException.class);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void the_deepest_message_that_can_be_written_can_be_read(Format format) {
    Tree tree = new Tree(List.of());
    for (int level = 2; level < 1000; level += 2) {
      tree = new Tree(List.of(tree));
    }
    Buffer body = format.encode(Tree.class, tree);
    Tree deepest = tree;

    assertThat(format.encode(Tree.class, format.decode(Tree.class, body, "c"))).isEqualTo(body);
    assertThatThrownBy(() -> format.encode(Tree.class, new Tree(List.of(deepest))))
        .hasMessageContaining("nested deeper");
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void numbers_are_exact(Format format) {
    for (Numbers numbers : List.of(
        new Numbers(
            Byte.MIN_VALUE,
            Short.MIN_VALUE,
            Integer.MIN_VALUE,
            Long.MIN_VALUE,
            -Float.MAX_VALUE,
            Double.MIN_VALUE,
            new BigDecimal("1.2300"),
            BigInteger.TWO.pow(64).negate()),
        new Numbers(
            Byte.MAX_VALUE,
            Short.MAX_VALUE,
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            Float.MIN_VALUE,
            0.1,
            new BigDecimal("-1E+2147483640"),
            BigInteger.TWO.pow(63)),
        new Numbers(
            (byte) 0,
            (short) -1,
            10,
            -10,
            -0.0f,
            -0.0,
            new BigDecimal("0E-20"),
            BigInteger.ZERO))) {
      assertThat(format.decode(Numbers.class, format.encode(Numbers.class, numbers), "c"))
          .isEqualTo(numbers);
    }
  }

  @Test
  void a_number_is_read_by_a_wider_type() {
    assertThat(Format.JSON.decode(Real.class, Format.JSON.encode(Number.class, new Number(7)), "c"))
        .isEqualTo(new Real(7));
    assertThat(
            Format.CBOR.decode(Exact.class, Format.CBOR.encode(Number.class, new Number(7)), "c"))
        .isEqualTo(new Exact(BigDecimal.valueOf(7)));
    assertThat(Format.CBOR.decode(Exact.class, Format.CBOR.encode(Real.class, new Real(0.5)), "c"))
        .isEqualTo(new Exact(new BigDecimal("0.5")));
  }

  @Test
  void texts_come_back_whatever_they_hold() {
    for (String text : List.of(
        "",
        "\"\\/\b\f\n\r\t\u0000\u001f\u007f",
        "äß€",
        "\ud83d\ude00",
        "a".repeat(100_000),
        "é".repeat(70_000))) {
      for (Format format : Format.values()) {
        assertThat(format
                .decode(Text.class, format.encode(Text.class, new Text(text)), "c")
                .text())
            .isEqualTo(text);
      }
    }
  }

  @Test
  void half_a_surrogate_pair_travels_in_json_and_is_refused_in_cbor() {
    for (String text : List.of("a\ud83d", "\ude00a", "\ud83dx", "\ud83d\ud83d\ude00")) {
      assertThat(Format.JSON
              .decode(Text.class, Format.JSON.encode(Text.class, new Text(text)), "c")
              .text())
          .isEqualTo(text);
      assertThatThrownBy(() -> Format.CBOR.encode(Text.class, new Text(text)))
          .hasMessageContaining("Text.text: has half");
    }
  }

  @Test
  void declared_failures_travel_with_their_simple_name() {
    Request<Line, Text> contract =
        Request.of("stock.reserve", Line.class, Text.class).failsWith(OutOfStock.class, Text.class);
    for (Format format : Format.values()) {
      Buffer target = Buffer.buffer("head");
      int length = format.encodeFailureInto(target, contract, new OutOfStock("S18"));

      assertThat(format.decodeFailure(contract, target, 4, 4 + length))
          .isEqualTo(new OutOfStock("S18"));
    }
    assertThatThrownBy(
            () -> Format.JSON.encodeFailureInto(Buffer.buffer(), contract, new Line("a", 1)))
        .isInstanceOfSatisfying(
            HandlerException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.FAILURE_UNDECLARED));
    Buffer unknown = Buffer.buffer("{\"@type\":\"secret\"}");
    assertThatThrownBy(() -> Format.JSON.decodeFailure(contract, unknown, 0, unknown.length()))
        .hasMessageContaining(
            "'stock.reserve' cannot be read: failure.@type: is none of the declared types");
  }

  @Test
  void the_fingerprint_is_that_of_the_content() {
    Map<String, String> one = new LinkedHashMap<>(Map.of("a", "1"));
    one.put("b", "2");
    Map<String, String> other = new LinkedHashMap<>(Map.of("b", "2"));
    other.put("a", "1");
    Set<String> set = new LinkedHashSet<>(List.of("x", "y", "z"));
    List<String> reversed = new ArrayList<>(set);
    Collections.reverse(reversed);

    String fingerprint = Format.fingerprint(Texts.class, new Texts(one, set));

    assertThat(fingerprint).isEqualTo("9a3d553018445aada87773bc9dfc5776");
    assertThat(Format.fingerprint(Texts.class, new Texts(other, new LinkedHashSet<>(reversed))))
        .isEqualTo(fingerprint);
    assertThat(Format.fingerprint(Texts.class, new Texts(one, Set.of("x", "y"))))
        .isNotEqualTo(fingerprint);
    assertThat(Format.fingerprint(Exact.class, new Exact(new BigDecimal("1.50"))))
        .isEqualTo(Format.fingerprint(Exact.class, new Exact(new BigDecimal("1.5"))));
    assertThat(Format.fingerprint(Text.class, new Text("a")))
        .isNotEqualTo(Format.fingerprint(Text.class, new Text("b")));
  }

  private static <T> Buffer encode(Format format, Class<T> type, Object message) {
    return format.encode(type, type.cast(message));
  }
}
