package io.vertebra.wire;

import io.vertebra.contract.Scalar;
import io.vertebra.contract.Shape;
import io.vertebra.contract.Shape.ChoiceShape;
import io.vertebra.contract.Shape.EnumShape;
import io.vertebra.contract.Shape.Field;
import io.vertebra.contract.Shape.ListShape;
import io.vertebra.contract.Shape.MapShape;
import io.vertebra.contract.Shape.Presence;
import io.vertebra.contract.Shape.RecordShape;
import io.vertebra.contract.Shape.SetShape;
import io.vertx.core.buffer.Buffer;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes messages of any shape at random, with a liking for extremes, and compares them. */
final class RandomMessages {
  /** From so many values on, collections stay empty and what may be missing is. */
  private static final int MANY = 100;

  private static final List<String> ZONES =
      List.of("Europe/Paris", "UTC", "America/New_York", "Asia/Kolkata", "+02:00");

  private final Random random;
  private final String marker;
  private boolean withExtremes = true;
  private int values;

  /** Every text contains the marker, so that a test can look for content where none should be. */
  RandomMessages(Random random, String marker) {
    this.random = random;
    this.marker = marker;
  }

  /** Without what JSON Schema and other libraries do not know, such as the year 10,000 and -0.0. */
  RandomMessages withoutExtremes() {
    withExtremes = false;
    return this;
  }

  Object next(Class<?> type) {
    values = 0;
    return value(Shape.of(type));
  }

  private Object value(Shape shape) {
    values++;
    if (shape instanceof Scalar scalar) {
      return scalar(scalar);
    }
    if (shape instanceof EnumShape enumeration) {
      Object[] constants = enumeration.type().getEnumConstants();
      return constants[random.nextInt(constants.length)];
    }
    if (shape instanceof ListShape list) {
      return values(list.element());
    }
    if (shape instanceof SetShape set) {
      return new LinkedHashSet<>(values(set.element()));
    }
    if (shape instanceof MapShape map) {
      Map<String, Object> entries = new LinkedHashMap<>();
      values(map.value()).forEach(value -> entries.put(text(), value));
      return entries;
    }
    if (shape instanceof ChoiceShape choice) {
      List<RecordShape> members = List.copyOf(choice.members().values());
      return record(members.get(random.nextInt(members.size())));
    }
    return record((RecordShape) shape);
  }

  private List<Object> values(Shape element) {
    List<Object> list = new ArrayList<>();
    for (int count = random.nextInt(4); count > 0 && values < MANY; count--) {
      list.add(value(element));
    }
    return list;
  }

  private Object record(RecordShape shape) {
    List<Field> fields = shape.fields();
    @Nullable Object[] components = new Object[fields.size()];
    for (int i = 0; i < components.length; i++) {
      Field field = fields.get(i);
      boolean missing =
          field.presence() != Presence.REQUIRED && (values > MANY || random.nextBoolean());
      Object value = missing ? null : value(field.shape());
      components[i] = field.presence() == Presence.OPTIONAL ? Optional.ofNullable(value) : value;
    }
    try {
      Constructor<?> constructor = shape.type().getDeclaredConstructors()[0];
      constructor.setAccessible(true);
      return constructor.newInstance(components);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("A record of these tests has no constructor or accessor", e);
    }
  }

  private Object scalar(Scalar scalar) {
    return switch (scalar) {
      case BOOLEAN -> random.nextBoolean();
      case BYTE -> (byte) random.nextInt();
      case SHORT -> (short) random.nextInt();
      case INT -> random.nextInt() >> random.nextInt(32);
      case LONG ->
        oneOf(random.nextLong() >> random.nextInt(64), Long.MIN_VALUE, Long.MAX_VALUE, 0L);
      case FLOAT -> oneOf(finite(Float.intBitsToFloat(random.nextInt())), -0.0f, Float.MIN_VALUE);
      case DOUBLE ->
        oneOf(finite(Double.longBitsToDouble(random.nextLong())), -0.0, Double.MAX_VALUE);
      case CHAR -> oneOf((char) random.nextInt(0xD800), 'a', '"', '\n', '\u0000');
      case BIG_INTEGER -> integer();
      case BIG_DECIMAL -> new BigDecimal(integer(), random.nextInt(40) - 20);
      case STRING -> text();
      case UUID -> new UUID(random.nextLong(), random.nextLong());
      case INSTANT -> oneOf(instant(), Instant.MIN, Instant.MAX, Instant.EPOCH);
      case LOCAL_DATE -> oneOf(dateTime().toLocalDate(), LocalDate.MIN, LocalDate.MAX);
      case LOCAL_TIME -> oneOf(dateTime().toLocalTime(), LocalTime.MIN, LocalTime.MAX);
      case LOCAL_DATE_TIME -> oneOf(dateTime(), LocalDateTime.MIN, LocalDateTime.MAX);
      case OFFSET_DATE_TIME ->
        oneOf(
            dateTime().atOffset(ZoneOffset.ofTotalSeconds(random.nextInt(36_000))),
            OffsetDateTime.MIN,
            OffsetDateTime.MAX);
      case ZONED_DATE_TIME ->
        ZonedDateTime.ofInstant(instant(), ZoneId.of(ZONES.get(random.nextInt(ZONES.size()))));
      case DURATION ->
        oneOf(
            Duration.ofSeconds(
                random.nextLong() >> random.nextInt(64), random.nextInt(1_000_000_000)),
            Duration.ofSeconds(Long.MIN_VALUE),
            Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
            Duration.ofNanos(-1));
      case PERIOD ->
        oneOf(Period.of(random.nextInt(), random.nextInt(), random.nextInt()), Period.ZERO);
      case YEAR ->
        oneOf(Year.of(random.nextInt(3000)), Year.of(Year.MIN_VALUE), Year.of(Year.MAX_VALUE));
      case YEAR_MONTH ->
        oneOf(
            YearMonth.of(random.nextInt(40_000) - 20_000, 1 + random.nextInt(12)),
            YearMonth.of(Year.MAX_VALUE, 12),
            YearMonth.of(Year.MIN_VALUE, 1));
      case BYTES -> bytes();
      case BUFFER -> Buffer.buffer(bytes());
    };
  }

  private Object oneOf(Object usual, Object... extremes) {
    return !withExtremes || random.nextInt(4) > 0
        ? usual
        : extremes[random.nextInt(extremes.length)];
  }

  private Instant instant() {
    return Instant.ofEpochSecond(
        random.nextInt(), random.nextBoolean() ? random.nextInt(1_000_000_000) : 0);
  }

  private LocalDateTime dateTime() {
    return LocalDateTime.ofInstant(instant(), ZoneOffset.UTC);
  }

  private BigInteger integer() {
    BigInteger value = new BigInteger(random.nextInt(30) == 0 ? 3000 : random.nextInt(100), random);
    return random.nextBoolean() ? value : value.negate();
  }

  private static Object finite(float value) {
    return Float.isFinite(value) ? value : 0.1f;
  }

  private static Object finite(double value) {
    return Double.isFinite(value) ? value : 0.1;
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(40)];
    random.nextBytes(bytes);
    return bytes;
  }

  private String text() {
    StringBuilder text = new StringBuilder(marker);
    int length = random.nextInt(40) == 0 ? random.nextInt(1000) : random.nextInt(12);
    int highest = List.of(0x20, 0x7F, 0x7F, 0x7F, 0x7FF, 0xD800, 0x110000).get(random.nextInt(7));
    for (int i = 0; i < length; i++) {
      int character = random.nextInt(highest);
      text.appendCodePoint(
          Character.isBmpCodePoint(character) && Character.isSurrogate((char) character)
              ? 'x'
              : character);
    }
    return text.toString();
  }

  /** Where two values differ, arrays by content; an empty text if they do not. */
  static String difference(@Nullable Object one, @Nullable Object other) {
    if (one instanceof byte[] bytes && other instanceof byte[] others) {
      return Arrays.equals(bytes, others) ? "" : "bytes";
    }
    if (one instanceof Record && other != null && one.getClass() == other.getClass()) {
      for (RecordComponent component : one.getClass().getRecordComponents()) {
        String found = difference(component(component, one), component(component, other));
        if (!found.isEmpty()) {
          return "." + component.getName() + found;
        }
      }
      return "";
    }
    if (one instanceof Optional<?> optional && other instanceof Optional<?> others) {
      return difference(optional.orElse(null), others.orElse(null));
    }
    if (one instanceof Map<?, ?> map && other instanceof Map<?, ?> others) {
      return difference(List.copyOf(map.keySet()), List.copyOf(others.keySet()))
          + difference(List.copyOf(map.values()), List.copyOf(others.values()));
    }
    if ((one instanceof List && other instanceof List)
        || (one instanceof Set && other instanceof Set)) {
      return differenceInOrder(
          List.copyOf((Collection<?>) one), List.copyOf((Collection<?>) other));
    }
    return Objects.equals(one, other) ? "" : ": " + one + " became " + other;
  }

  private static String differenceInOrder(List<?> one, List<?> other) {
    for (int i = 0; i < one.size() && i < other.size(); i++) {
      String found = difference(one.get(i), other.get(i));
      if (!found.isEmpty()) {
        return "[" + i + "]" + found;
      }
    }
    return one.size() == other.size() ? "" : ": " + one.size() + " became " + other.size();
  }

  private static @Nullable Object component(RecordComponent component, Object owner) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(owner);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("A record of these tests has no constructor or accessor", e);
    }
  }
}
