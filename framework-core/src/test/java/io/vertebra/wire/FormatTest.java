package io.vertebra.wire;

import static io.vertebra.wire.Samples.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.contract.Request;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.HandlerException;
import io.vertebra.wire.Samples.Color;
import io.vertebra.wire.Samples.Exact;
import io.vertebra.wire.Samples.Line;
import io.vertebra.wire.Samples.Numbers;
import io.vertebra.wire.Samples.Order;
import io.vertebra.wire.Samples.OutOfStock;
import io.vertebra.wire.Samples.Paid;
import io.vertebra.wire.Samples.Payment;
import io.vertebra.wire.Samples.Real;
import io.vertebra.wire.Samples.Text;
import io.vertebra.wire.Samples.Texts;
import io.vertebra.wire.Samples.Tree;
import io.vertebra.wire.Samples.Whole;
import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FormatTest {
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
    assertThat(Format.JSON.decode(Real.class, Format.JSON.encode(Whole.class, new Whole(7)), "c"))
        .isEqualTo(new Real(7));
    assertThat(Format.CBOR.decode(Exact.class, Format.CBOR.encode(Whole.class, new Whole(7)), "c"))
        .isEqualTo(new Exact(BigDecimal.valueOf(7)));
    assertThat(Format.CBOR.decode(Exact.class, Format.CBOR.encode(Real.class, new Real(0.5)), "c"))
        .isEqualTo(new Exact(new BigDecimal("0.5")));
  }

  @Test
  void a_big_number_may_arrive_as_text() {
    Buffer body = Buffer.buffer("{\"value\":\"-12.50\"}");

    assertThat(Format.JSON.decode(Exact.class, body, "c"))
        .isEqualTo(new Exact(new BigDecimal("-12.50")));
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
}
