package io.vertebra.contract;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
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
import java.time.ZonedDateTime;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The simple values that a message may be made of, with their type and format in JSON Schema. */
public enum Scalar implements Shape {
  /** {@code boolean}. */
  BOOLEAN("boolean", null, Boolean.class, boolean.class),
  /** {@code byte}. */
  BYTE("integer", "int8", Byte.class, byte.class),
  /** {@code short}. */
  SHORT("integer", "int16", Short.class, short.class),
  /** {@code int}. */
  INT("integer", "int32", Integer.class, int.class),
  /** {@code long}. */
  LONG("integer", "int64", Long.class, long.class),
  /** {@link BigInteger}, up to 950 digits; may also arrive as text. */
  BIG_INTEGER("integer", "big-integer", BigInteger.class),
  /** {@code float}; finite values only. */
  FLOAT("number", "float", Float.class, float.class),
  /** {@code double}; finite values only. */
  DOUBLE("number", "double", Double.class, double.class),
  /** {@link BigDecimal}, exact, up to 950 digits; may also arrive as text. */
  BIG_DECIMAL("number", "decimal", BigDecimal.class),
  /** {@code char}, a text of length one. */
  CHAR("string", "char", Character.class, char.class),
  /** {@link String}. */
  STRING("string", null, String.class),
  /** {@link UUID}. */
  UUID("string", "uuid", UUID.class),
  /** {@link Instant}, in UTC. */
  INSTANT("string", "date-time", Instant.class),
  /** {@link LocalDate}. */
  LOCAL_DATE("string", "date", LocalDate.class),
  /** {@link LocalTime}. */
  LOCAL_TIME("string", "time-local", LocalTime.class),
  /** {@link LocalDateTime}. */
  LOCAL_DATE_TIME("string", "date-time-local", LocalDateTime.class),
  /** {@link OffsetDateTime}. */
  OFFSET_DATE_TIME("string", "date-time-offset", OffsetDateTime.class),
  /** {@link ZonedDateTime}, with the name of its zone in brackets. */
  ZONED_DATE_TIME("string", "date-time-zoned", ZonedDateTime.class),
  /** {@link Duration}; the format {@code duration} of JSON Schema knows no fractions. */
  DURATION("string", "duration-iso", Duration.class),
  /** {@link Period}. */
  PERIOD("string", "period", Period.class),
  /** {@link Year}, a number. */
  YEAR("integer", "year", Year.class),
  /** {@link YearMonth}. */
  YEAR_MONTH("string", "year-month", YearMonth.class),
  /** {@code byte[]}; Base64 in JSON. */
  BYTES("string", "base64", byte[].class),
  /** {@link Buffer}; travels like {@link #BYTES}. */
  BUFFER("string", "base64", Buffer.class);

  private static final Map<Class<?>, Scalar> BY_CLASS = byClass();

  private final String type;
  private final @Nullable String format;
  private final Class<?> boxed;
  private final Class<?> primitive;

  Scalar(String type, @Nullable String format, Class<?> only) {
    this(type, format, only, only);
  }

  Scalar(String type, @Nullable String format, Class<?> boxed, Class<?> primitive) {
    this.type = type;
    this.format = format;
    this.boxed = boxed;
    this.primitive = primitive;
  }

  /** The scalar of a Java class, or null. */
  public static @Nullable Scalar find(Class<?> type) {
    return BY_CLASS.get(type);
  }

  JsonObject schema() {
    JsonObject schema = new JsonObject().put("type", type);
    if (this == BYTES || this == BUFFER) {
      schema.put("contentEncoding", "base64");
    }
    return format == null ? schema : schema.put("format", format);
  }

  private static Map<Class<?>, Scalar> byClass() {
    Map<Class<?>, Scalar> all = new HashMap<>();
    for (Scalar scalar : values()) {
      all.put(scalar.boxed, scalar);
      all.put(scalar.primitive, scalar);
    }
    return Collections.unmodifiableMap(all);
  }
}
