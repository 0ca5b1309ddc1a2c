package io.vertebra.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertebra.contract.Shape.ChoiceShape;
import io.vertebra.contract.Shape.EnumShape;
import io.vertebra.contract.Shape.ListShape;
import io.vertebra.contract.Shape.MapShape;
import io.vertebra.contract.Shape.Presence;
import io.vertebra.contract.Shape.RecordShape;
import io.vertebra.contract.Shape.SetShape;
import io.vertebra.error.ContractException;
import io.vertebra.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ShapeTest {
  record Line(String sku, BigDecimal price) {}

  record Reserve(
      UUID id, List<Line> lines, Set<TimeUnit> units, Map<String, Instant> times, Buffer raw) {}

  @SuppressWarnings("ArrayRecordComponent")
  record Loose(
      Optional<String> note,
      @Nullable String remark,
      byte @Nullable [] bytes,
      Optional<List<Line>> lines) {}

  record Tree(String name, List<Tree> children) {}

  record Page<T>(List<T> items, Optional<T> first) {}

  record Pages(Page<Line> lines, Page<String> names, Page<Page<Tree>> trees) {}

  sealed interface Payment {
    record Card(String number) implements Payment {}

    record Cash() implements Payment {}

    sealed interface Later extends Payment {
      record Invoice(int days) implements Later {}
    }
  }

  record Paid(Payment payment, Payment.Card card) {}

  @Test
  void reads_the_components_of_a_record_in_order() {
    RecordShape shape = (RecordShape) Shape.of(Reserve.class);

    assertThat(shape.type()).isEqualTo(Reserve.class);
    assertThat(shape.fields())
        .extracting(Shape.Field::name)
        .containsExactly("id", "lines", "units", "times", "raw");
    assertThat(shape.fields()).extracting(Shape.Field::presence).containsOnly(Presence.REQUIRED);
    assertThat(shape.fields().get(0).shape()).isEqualTo(Scalar.UUID);
    assertThat(((ListShape) shape.fields().get(1).shape()).element()).hasToString("Line");
    assertThat(shape.fields().get(2).shape())
        .isEqualTo(new SetShape(new EnumShape(TimeUnit.class)));
    assertThat(shape.fields().get(3).shape()).isEqualTo(new MapShape(Scalar.INSTANT));
    assertThat(shape.fields().get(4).shape()).isEqualTo(Scalar.BUFFER);
  }

  @Test
  void optional_and_nullable_components_may_be_missing() {
    RecordShape shape = (RecordShape) Shape.of(Loose.class);

    assertThat(shape.fields())
        .extracting(Shape.Field::presence)
        .containsExactly(
            Presence.OPTIONAL, Presence.NULLABLE, Presence.NULLABLE, Presence.OPTIONAL);
    assertThat(shape.fields().get(0).shape()).isEqualTo(Scalar.STRING);
  }

  @Test
  void recursive_records_contain_themselves() {
    RecordShape tree = (RecordShape) Shape.of(Tree.class);

    assertThat(((ListShape) tree.fields().get(1).shape()).element()).isSameAs(tree);
  }

  @Test
  void type_arguments_are_bound() {
    RecordShape pages = (RecordShape) Shape.of(Pages.class);

    assertThat(pages.fields())
        .extracting(field -> field.shape().toString())
        .containsExactly("Page<Line>", "Page<String>", "Page<Page<Tree>>");
    RecordShape names = (RecordShape) pages.fields().get(1).shape();
    assertThat(names.fields())
        .extracting(Shape.Field::shape)
        .containsExactly(new ListShape(Scalar.STRING), Scalar.STRING);
  }

  @Test
  void members_of_sealed_interfaces_have_simple_names_also_nested_ones() {
    ChoiceShape choice = (ChoiceShape) Shape.of(Payment.class);

    assertThat(choice.members()).containsOnlyKeys("Card", "Cash", "Invoice");
    RecordShape paid = (RecordShape) Shape.of(Paid.class);
    assertThat(((ChoiceShape) paid.fields().get(0).shape()).members().get("Card"))
        .isSameAs(paid.fields().get(1).shape());
  }

  record WithThread(Thread price) {}

  record Deep(List<Map<String, WithThread>> lines) {}

  record WithObject(Object any) {}

  record WithRawList(@SuppressWarnings("rawtypes") List list) {}

  record WithWildcard(List<? extends Line> list) {}

  record WithArrayList(ArrayList<String> list) {}

  @SuppressWarnings("ArrayRecordComponent")
  record WithArray(String[] texts) {}

  record WithSetOfArrays(Set<byte[]> set) {}

  record WithIntegerKeys(Map<Integer, String> map) {}

  record WithOptionalElement(List<Optional<String>> list) {}

  record WithNullableElement(List<@Nullable String> list) {}

  record WithRawOptional(@SuppressWarnings("rawtypes") Optional value) {}

  record WithRawPage(@SuppressWarnings("rawtypes") Page page) {}

  record WithZone(ZoneId zone) {}

  record Endless<T>(Optional<Endless<List<T>>> next) {}

  record WithEndless(Endless<String> endless) {}

  interface Open {}

  record WithOpen(Open open) {}

  sealed interface Mixed permits Mixed.Fine, Mixed.Plain {
    record Fine() implements Mixed {}

    final class Plain implements Mixed {}
  }

  sealed interface Twins permits A.Twin, B.Twin {}

  static final class A {
    record Twin(int a) implements Twins {}
  }

  static final class B {
    record Twin(int b) implements Twins {}
  }

  sealed interface Generic<T> permits Just {}

  record Just<T>(T value) implements Generic<T> {}

  record WithGeneric(Generic<String> value) {}

  static Stream<Arguments> unfit() {
    return Stream.of(
        Arguments.of(
            WithThread.class, "WithThread.price: java.lang.Thread is not a type that can travel"),
        Arguments.of(
            Deep.class, "Deep.lines[]{}.price: java.lang.Thread is not a type that can travel"),
        Arguments.of(WithObject.class, "WithObject.any: java.lang.Object is not"),
        Arguments.of(
            WithRawList.class, "WithRawList.list[]: the type of its elements is not given"),
        Arguments.of(
            WithWildcard.class,
            "WithWildcard.list: ? extends io.vertebra.contract.ShapeTest$Line is not bound"),
        Arguments.of(WithArrayList.class, "WithArrayList.list: java.util.ArrayList is not"),
        Arguments.of(WithArray.class, "WithArray.texts: java.lang.String[] is not"),
        Arguments.of(
            WithSetOfArrays.class,
            "WithSetOfArrays.set: equal arrays are not equal in a set; use Buffer"),
        Arguments.of(
            WithIntegerKeys.class,
            "WithIntegerKeys.map: the keys of a map that travels are strings, these are Integer"),
        Arguments.of(
            WithOptionalElement.class,
            "WithOptionalElement.list[]: Optional can only be the type of a component"),
        Arguments.of(
            WithNullableElement.class,
            "WithNullableElement.list: elements that are null cannot travel"),
        Arguments.of(
            WithRawOptional.class, "WithRawOptional.value: the type of its elements is not given"),
        Arguments.of(
            WithRawPage.class, "WithRawPage.page: Page is generic; name its type arguments"),
        Arguments.of(Page.class, "Page: Page is generic; name its type arguments"),
        Arguments.of(WithZone.class, "WithZone.zone: java.time.ZoneId is not"),
        Arguments.of(WithEndless.class, "the type arguments of Optional are nested too deep"),
        Arguments.of(WithOpen.class, "WithOpen.open: io.vertebra.contract.ShapeTest$Open is not"),
        Arguments.of(
            Open.class,
            "Open: io.vertebra.contract.ShapeTest$Open is neither a record nor a sealed interface"),
        Arguments.of(
            Mixed.class,
            "Mixed(Plain): io.vertebra.contract.ShapeTest$Mixed$Plain is neither a record"),
        Arguments.of(
            Twins.class,
            "Twins(Twin): io.vertebra.contract.ShapeTest$A$Twin and io.vertebra.contract.ShapeTest$B$Twin have the same simple name"),
        Arguments.of(
            WithGeneric.class, "WithGeneric.value(Just): Just is generic; name its type arguments"),
        Arguments.of(TimeUnit.class, "is neither a record nor a sealed interface"),
        Arguments.of(String.class, "is neither a record nor a sealed interface"));
  }

  @ParameterizedTest
  @MethodSource("unfit")
  void refuses_what_cannot_travel_and_names_the_component(Class<?> type, String message) {
    assertThatThrownBy(() -> Topic.of("a.topic", type))
        .isInstanceOfSatisfying(
            ContractException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONTRACT_INVALID))
        .hasMessageStartingWith("[VTB-1002] Contract 'a.topic' is invalid: ")
        .hasMessageContaining(message);
  }

  @Test
  void refuses_a_reply_or_failure_that_cannot_travel() {
    assertThatThrownBy(() -> Request.of("a.request", Line.class, WithThread.class))
        .hasMessageContaining("WithThread.price");
    assertThatThrownBy(() -> Request.of("a.request", Line.class, Line.class).failsWith(Deep.class))
        .hasMessageContaining("Deep.lines[]{}.price");
  }

  @Test
  void says_what_to_add_when_a_module_keeps_its_package_closed() throws Exception {
    Class<?> message = ClosedModule.compile().loadClass("shop.closed.Hidden");

    assertThatThrownBy(() -> Topic.of("a.topic", message))
        .hasMessageContaining(
            "Hidden: the framework may not use shop.closed.Hidden; add 'opens shop.closed")
        .hasMessageContaining("to the module-info of shop.closed");
  }

  @Test
  void uses_records_that_are_not_public() throws Exception {
    Class<?> message = ClosedModule.compile().loadClass("shop.open.Seen");

    assertThat(Topic.of("a.topic", message).messageType()).isEqualTo(message);
  }
}
