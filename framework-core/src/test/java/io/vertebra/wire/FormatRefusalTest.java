package io.vertebra.wire;

import static io.vertebra.wire.Samples.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.error.ContractException;
import io.vertebra.error.ErrorCode;
import io.vertebra.wire.Samples.Color;
import io.vertebra.wire.Samples.Exact;
import io.vertebra.wire.Samples.Failing;
import io.vertebra.wire.Samples.Line;
import io.vertebra.wire.Samples.Order;
import io.vertebra.wire.Samples.Paid;
import io.vertebra.wire.Samples.Real;
import io.vertebra.wire.Samples.Text;
import io.vertebra.wire.Samples.Texts;
import io.vertebra.wire.Samples.Tree;
import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be written or read is refused by name, without a word of its content. */
@SuppressWarnings({"NullAway", "NullOptional"})
class FormatRefusalTest {
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
            Exact.class,
            "{\"value\":\"secret\"}",
            "Exact.value: expected a number, got one that is not finite or another text"),
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

  private static <T> Buffer encode(Format format, Class<T> type, Object message) {
    return format.encode(type, type.cast(message));
  }
}
