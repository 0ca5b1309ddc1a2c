package io.vertebra.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertebra.contract.Shape;
import io.vertebra.error.ContractException;
import io.vertebra.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages of random types, and bodies damaged at random. {@code -Dvertebra.seed} runs another set. */
class FormatRandomTest {
  private static final long SEED = Long.getLong("vertebra.seed", 42);
  private static final int TYPES = 120;
  private static final int MESSAGES_PER_TYPE = 25;
  private static final int BODIES = 400;
  private static final int DAMAGED_BODIES = 50_000;
  private static final String MARKER = "s3cr3t";
  private static final ObjectMapper JACKSON = JsonMapper.builder()
      .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
      .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
      .build();

  private static List<Class<?>> types;

  @BeforeAll
  static void compileTypes() throws Exception {
    types = RandomTypes.compile(new Random(SEED), TYPES);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void every_message_comes_back_as_it_was(Format format) {
    RandomMessages messages = new RandomMessages(new Random(SEED), "");
    for (Class<?> type : types) {
      for (int i = 0; i < MESSAGES_PER_TYPE; i++) {
        Object message = messages.next(type);
        Buffer body = encode(format, type, message);

        Object read = format.decode(type, body, "a.contract");

        assertThat(RandomMessages.difference(message, read)).as("seed %d", SEED).isEmpty();
        assertThat(encode(format, type, read)).as("seed %d", SEED).isEqualTo(body);
        assertThat(fingerprint(type, read))
            .as("seed %d", SEED)
            .isEqualTo(fingerprint(type, message));
      }
    }
  }

  @Test
  void jackson_reads_what_is_written_as_json() throws Exception {
    RandomMessages messages = new RandomMessages(new Random(SEED), "").withoutExtremes();
    for (Class<?> type : types) {
      Object message = messages.next(type);
      Buffer body = encode(Format.JSON, type, message);

      JsonNode tree = JACKSON.readTree(body.getBytes());

      assertThat(tree.isObject()).isTrue();
      Object read =
          Format.JSON.decode(type, Buffer.buffer(JACKSON.writeValueAsBytes(tree)), "a.contract");
      assertThat(RandomMessages.difference(message, read)).as("seed %d", SEED).isEmpty();
    }
  }

  @Test
  void what_is_written_as_json_fits_the_schema_of_its_type() {
    JsonSchemaOptions options = new JsonSchemaOptions()
        .setDraft(Draft.DRAFT202012)
        .setBaseUri("https://vertebra.io")
        .setOutputFormat(OutputFormat.Basic);
    RandomMessages messages = new RandomMessages(new Random(SEED), "").withoutExtremes();
    for (Class<?> type : types) {
      // This validator takes some different large numbers for duplicates.
      JsonObject schema =
          new JsonObject(Shape.of(type).toSchema().encode().replace("\"uniqueItems\":true,", ""));
      Validator validator = Validator.create(JsonSchema.of(schema), options);
      for (int i = 0; i < 3; i++) {
        Buffer body = encode(Format.JSON, type, messages.next(type));

        OutputUnit output = validator.validate(new JsonObject(body));

        assertThat(output.getErrors()).as("seed %d", SEED).isNull();
        assertThat(output.getValid()).as("seed %d", SEED).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void damaged_bodies_are_read_or_refused_and_nothing_else(Format format) {
    Random random = new Random(SEED);
    RandomMessages messages = new RandomMessages(random, MARKER);
    List<Map.Entry<Class<?>, byte[]>> bodies = new ArrayList<>();
    for (int i = 0; i < BODIES; i++) {
      Class<?> type = types.get(i % types.size());
      bodies.add(Map.entry(type, encode(format, type, messages.next(type)).getBytes()));
    }
    int refused = 0;
    for (int i = 0; i < DAMAGED_BODIES; i++) {
      Map.Entry<Class<?>, byte[]> intact = bodies.get(random.nextInt(BODIES));
      Class<?> type = intact.getKey();
      byte[] body = random.nextInt(10) == 0
          ? randomBytes(random)
          : damage(intact.getValue().clone(), random);
      try {
        format.decode(type, Buffer.buffer(body), "a.contract");
      } catch (ContractException e) {
        refused++;
        assertThat(e.code()).isEqualTo(ErrorCode.MESSAGE_INVALID);
        assertThat(e.getMessage())
            .startsWith(
                "[VTB-1004] A message of 'a.contract' cannot be read: " + type.getSimpleName());
        assertThat(e.getMessage()).doesNotContain(MARKER);
      } catch (Throwable e) {
        throw new AssertionError(
            "seed " + SEED + ", run " + i + ", " + type + ": " + Arrays.toString(body), e);
      }
    }
    assertThat(refused).isBetween(DAMAGED_BODIES / 3, DAMAGED_BODIES - 1);
  }

  private static byte[] randomBytes(Random random) {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] damage(byte[] body, Random random) {
    byte[] damaged = body;
    for (int i = 0; i <= random.nextInt(3) && damaged.length > 0; i++) {
      int at = random.nextInt(damaged.length);
      switch (random.nextInt(6)) {
        case 0 -> damaged = Arrays.copyOf(damaged, at);
        case 1 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> damaged[at] = (byte) random.nextInt();
        case 3 -> damaged[at] = (byte) "{}[]\",:0-9.eEntf\\".charAt(random.nextInt(17));
        case 4 -> damaged = splice(damaged, at, at, damaged, random);
        default ->
          damaged = splice(
              damaged,
              at,
              Math.min(damaged.length, at + 1 + random.nextInt(8)),
              new byte[0],
              random);
      }
    }
    return damaged;
  }

  /** Replaces a range by a piece of other bytes. */
  private static byte[] splice(byte[] body, int from, int to, byte[] other, Random random) {
    int start = other.length == 0 ? 0 : random.nextInt(other.length);
    int length = Math.min(other.length - start, random.nextInt(40));
    byte[] result = new byte[body.length - (to - from) + length];
    System.arraycopy(body, 0, result, 0, from);
    System.arraycopy(other, start, result, from, length);
    System.arraycopy(body, to, result, from + length, body.length - to);
    return result;
  }

  private static <T> Buffer encode(Format format, Class<T> type, Object message) {
    return format.encode(type, type.cast(message));
  }

  private static <T> String fingerprint(Class<T> type, Object message) {
    return Format.fingerprint(type, type.cast(message));
  }
}
