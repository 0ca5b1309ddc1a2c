package io.vertebra.contract;

import static io.vertebra.contract.Compatibility.Verdict.BACKWARD;
import static io.vertebra.contract.Compatibility.Verdict.FORWARD;
import static io.vertebra.contract.Compatibility.Verdict.FULL;
import static io.vertebra.contract.Compatibility.Verdict.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Compatibility.Difference;
import io.vertebra.contract.Compatibility.Verdict;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CompatibilityTest {
  record Empty() {}

  record Text(String a) {}

  record TextAndMore(String a, int b) {}

  record TextAndOptional(String a, Optional<Integer> b) {}

  record OptionalText(Optional<String> a) {}

  record NullableText(@Nullable String a) {}

  record Whole(int a) {}

  record Wide(long a) {}

  record Fraction(double a) {}

  record Exact(BigDecimal a) {}

  record Items(List<Whole> a) {}

  record WideItems(List<Wide> a) {}

  record ItemSet(Set<Whole> a) {}

  record ItemMap(Map<String, Whole> a) {}

  record TextMap(Map<String, Text> a) {}

  enum Two {
    ONE,
    TWO
  }

  enum Three {
    ONE,
    TWO,
    THREE
  }

  record OfTwo(Two a) {}

  record OfThree(Three a) {}

  record Tree(String name, List<Tree> children) {}

  static final class Later {
    record Tree(String name, List<Later.Tree> children, int size) {}
  }

  sealed interface Pay {
    record Card(String number) implements Pay {}

    record Cash() implements Pay {}
  }

  sealed interface PayMore {
    record Card(String number) implements PayMore {}

    record Cash(Optional<String> note) implements PayMore {}

    record Invoice() implements PayMore {}
  }

  record Paid(Pay a) {}

  record PaidMore(PayMore a) {}

  static Stream<Arguments> changes() {
    return Stream.of(
        Arguments.of(Text.class, Text.class, FULL, ""),
        Arguments.of(
            Text.class,
            TextAndOptional.class,
            FULL,
            "TextAndOptional.b: an optional field was added"),
        Arguments.of(
            Text.class, TextAndMore.class, FORWARD, "TextAndMore.b: a required field was added"),
        Arguments.of(
            TextAndMore.class, Text.class, BACKWARD, "Text.b: a required field was removed"),
        Arguments.of(
            TextAndOptional.class, Text.class, FULL, "Text.b: an optional field was removed"),
        Arguments.of(Text.class, OptionalText.class, BACKWARD, "OptionalText.a: became optional"),
        Arguments.of(NullableText.class, Text.class, FORWARD, "Text.a: became required"),
        Arguments.of(NullableText.class, OptionalText.class, FULL, ""),
        Arguments.of(Whole.class, Wide.class, BACKWARD, "Wide.a: int32 became int64"),
        Arguments.of(Wide.class, Whole.class, FORWARD, "Whole.a: int64 became int32"),
        Arguments.of(Whole.class, Fraction.class, BACKWARD, "Fraction.a: int32 became double"),
        Arguments.of(Wide.class, Fraction.class, NONE, "Fraction.a: int64 became double"),
        Arguments.of(Fraction.class, Exact.class, BACKWARD, "Exact.a: double became decimal"),
        Arguments.of(Whole.class, Text.class, NONE, "Text.a: int32 became string"),
        Arguments.of(Items.class, WideItems.class, BACKWARD, "WideItems.a[].a: int32 became int64"),
        Arguments.of(Items.class, ItemSet.class, NONE, "ItemSet.a: list became set"),
        Arguments.of(ItemMap.class, TextMap.class, NONE, "TextMap.a{}.a: int32 became string"),
        Arguments.of(Whole.class, ItemMap.class, NONE, "ItemMap.a: int32 became map"),
        Arguments.of(
            OfTwo.class, OfThree.class, BACKWARD, "OfThree.a: the constant THREE was added"),
        Arguments.of(
            OfThree.class, OfTwo.class, FORWARD, "OfTwo.a: the constant THREE was removed"),
        Arguments.of(OfTwo.class, Text.class, NONE, "Text.a: enum became string"),
        Arguments.of(
            Tree.class, Later.Tree.class, FORWARD, "Tree.size: a required field was added"),
        Arguments.of(Paid.class, PaidMore.class, BACKWARD, "PaidMore.a(Invoice): was added"),
        Arguments.of(PaidMore.class, Paid.class, FORWARD, "Paid.a(Invoice): was removed"),
        Arguments.of(
            Pay.class, PayMore.class, BACKWARD, "PayMore(Cash).note: an optional field was added"),
        Arguments.of(Pay.Card.class, Pay.class, NONE, "Pay: record became choice"));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void judges_what_happened_to_a_message(
      Class<?> before, Class<?> after, Verdict verdict, String difference) {
    Compatibility topic =
        Compatibility.between(Topic.of("a.topic", before), Topic.of("a.topic", after));

    assertThat(topic.verdict()).isEqualTo(verdict);
    assertThat(texts(topic))
        .contains(difference.isEmpty() ? new String[0] : new String[] {difference});
    assertThat(Compatibility.between(
                Request.of("a.b", before, Empty.class), Request.of("a.b", after, Empty.class))
            .verdict())
        .isEqualTo(verdict);
  }

  @ParameterizedTest
  @MethodSource("changes")
  void judges_a_reply_the_other_way_round(
      Class<?> before, Class<?> after, Verdict verdict, String difference) {
    Compatibility found = Compatibility.between(
        Request.of("a.b", Empty.class, before), Request.of("a.b", Empty.class, after));

    assertThat(found.verdict())
        .isEqualTo(verdict == BACKWARD ? FORWARD : verdict == FORWARD ? BACKWARD : verdict);
  }

  @Test
  void a_failure_that_callers_do_not_know_breaks_old_callers() {
    Request<Empty, Empty> before = Request.of("a.b", Empty.class, Empty.class);

    assertThat(Compatibility.between(before, before.failsWith(Text.class)).verdict())
        .isEqualTo(FORWARD);
    assertThat(texts(Compatibility.between(before, before.failsWith(Text.class))))
        .containsExactly("failure(Text): was added");
    assertThat(Compatibility.between(before.failsWith(Text.class), before).verdict())
        .isEqualTo(BACKWARD);
  }

  @Test
  void callers_may_not_count_on_a_trait_that_the_server_lacks() {
    Request<Text, Empty> plain = Request.of("a.b", Text.class, Empty.class);

    assertThat(Compatibility.between(plain, plain.readOnly()).verdict()).isEqualTo(BACKWARD);
    assertThat(Compatibility.between(plain.readOnly(), plain).verdict()).isEqualTo(FORWARD);
    assertThat(Compatibility.between(plain.idempotentBy(Text::a), plain).verdict())
        .isEqualTo(FORWARD);
    assertThat(Compatibility.between(plain, plain.keyedBy(Text::a)).verdict()).isEqualTo(FULL);
    assertThat(Compatibility.between(plain, plain.keyedBy(Text::a)).differences())
        .containsExactly(new Difference("keyed", "false became true", false, false));
  }

  @Test
  void other_names_and_kinds_have_nothing_in_common() {
    assertThat(Compatibility.between(Topic.of("a", Text.class), Topic.of("b", Text.class))
            .verdict())
        .isEqualTo(NONE);
    assertThat(Compatibility.between(
                Topic.of("a", Text.class), Request.of("a", Text.class, Text.class))
            .verdict())
        .isEqualTo(NONE);
    assertThat(Compatibility.between(
                Topic.of("a", Text.class), Topic.of("a", Text.class).withVersion(2))
            .verdict())
        .isEqualTo(FULL);
  }

  @Test
  void the_obstacle_names_the_first_field_that_breaks_a_call() {
    JsonObject caller = Request.of("a.b", TextAndOptional.class, Wide.class).toJson();
    JsonObject server = Request.of("a.b", TextAndMore.class, Wide.class).toJson();

    assertThat(Compatibility.obstacle(caller, server)).isEqualTo("TextAndMore.b: became required");
    assertThat(Compatibility.obstacle(server, caller)).isNull();
  }

  @Test
  void comparing_survives_json_from_anywhere() {
    JsonObject good =
        Request.of("a.b", Tree.class, Paid.class).failsWith(Text.class).toJson();
    long seed = Long.getLong("vertebra.seed", 42);
    Random random = new Random(seed);
    for (int run = 0; run < 2000; run++) {
      JsonObject damaged = good.copy();
      for (int damage = 0; damage <= random.nextInt(4); damage++) {
        damage(damaged, random);
      }
      assertThat(Compatibility.between(good, damaged).verdict())
          .as("seed %d run %d", seed, run)
          .isNotNull();
      assertThat(Compatibility.between(damaged, good).verdict())
          .as("seed %d run %d", seed, run)
          .isNotNull();
    }
    assertThat(Compatibility.between(new JsonObject(), good).verdict()).isEqualTo(NONE);
  }

  private static void damage(JsonObject json, Random random) {
    List<String> keys = new ArrayList<>(json.fieldNames());
    if (keys.isEmpty()) {
      return;
    }
    String key = keys.get(random.nextInt(keys.size()));
    if (json.getValue(key) instanceof JsonObject inner && random.nextInt(5) > 0) {
      damage(inner, random);
      json.put(key, inner);
      return;
    }
    Object[] rubbish = {
      null,
      1,
      "text",
      true,
      new JsonObject(),
      new JsonArray().add(1).add(new JsonObject()),
      new JsonObject().put("$ref", "#/$defs/Tree"),
      new JsonObject().put("$ref", "nowhere"),
      "#/$defs/" + key
    };
    json.put(key, rubbish[random.nextInt(rubbish.length)]);
  }

  private static List<String> texts(Compatibility found) {
    return found.differences().stream()
        .map(each -> each.path() + ": " + each.text())
        .toList();
  }
}
