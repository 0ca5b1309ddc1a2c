package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertebra.contract.Scalar;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.function.Function;

/** Dates, times and durations, as texts in ISO-8601. */
final class TimeCodec extends BodyCodec {
  private static final int LAST_YEAR_WITHOUT_SIGN = 9999;

  private final String expected;
  private final Function<String, Object> parser;

  private TimeCodec(String expected, Function<String, Object> parser) {
    this.expected = expected;
    this.parser = parser;
  }

  static BodyCodec of(Scalar scalar) {
    return switch (scalar) {
      case INSTANT -> new TimeCodec("a date and time with offset", Instant::parse);
      case LOCAL_DATE -> new TimeCodec("a date", LocalDate::parse);
      case LOCAL_TIME -> new TimeCodec("a time", LocalTime::parse);
      case LOCAL_DATE_TIME -> new TimeCodec("a date and time without offset", LocalDateTime::parse);
      case OFFSET_DATE_TIME -> new TimeCodec("a date and time with offset", OffsetDateTime::parse);
      case ZONED_DATE_TIME -> new TimeCodec("a date and time with zone", ZonedDateTime::parse);
      case DURATION -> new TimeCodec("a duration", Duration::parse);
      case PERIOD -> new TimeCodec("a period", Period::parse);
      case YEAR_MONTH -> new TimeCodec("a year and month", YearMonth::parse);
      default -> throw new IllegalArgumentException(scalar + " is no time");
    };
  }

  @Override
  void write(Object value, BodyWriter out) {
    // The only one whose text its own parser refuses: it wants a sign in front of long years.
    boolean unsigned = value instanceof YearMonth month && month.getYear() > LAST_YEAR_WITHOUT_SIGN;
    out.text(unsigned ? "+" + value : value.toString());
  }

  @Override
  Object read(JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw BodyProblem.expected(expected, in);
    }
    try {
      return parser.apply(in.getText());
    } catch (DateTimeException | ArithmeticException e) {
      throw new BodyProblem("expected " + expected + ", got another text");
    }
  }
}
