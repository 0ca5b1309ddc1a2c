package io.vertebra.wire;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Writes and compiles message types at random: records, enums, sealed interfaces, nested in each other. */
final class RandomTypes {
  private static final List<String> SCALARS = List.of(
      "boolean",
      "Boolean",
      "byte",
      "Byte",
      "short",
      "Short",
      "int",
      "Integer",
      "long",
      "Long",
      "float",
      "Float",
      "double",
      "Double",
      "char",
      "Character",
      "String",
      "BigInteger",
      "BigDecimal",
      "UUID",
      "Instant",
      "LocalDate",
      "LocalTime",
      "LocalDateTime",
      "OffsetDateTime",
      "ZonedDateTime",
      "Duration",
      "Period",
      "Year",
      "YearMonth",
      "byte[]",
      "Buffer");
  private static final List<String> WORDS = List.of(
      "id",
      "sku",
      "type",
      "aä",
      "$",
      "_1",
      "size",
      "orderNumberOfTheCustomer",
      "x",
      "次",
      "value",
      "toJson");

  private final Random random;
  private static final int LEVELS = 3;

  /** The types so far, by how deep they are nested: messages grow with the power of that. */
  private final List<List<String>> named =
      List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

  private int level;
  private final StringBuilder source = new StringBuilder("""
      package random;
      import io.vertx.core.buffer.Buffer;
      import java.math.*;
      import java.time.*;
      import java.util.*;
      import org.jspecify.annotations.Nullable;
      final class Types {
      """);

  private RandomTypes(Random random) {
    this.random = random;
  }

  /** So many message types, each of which may use those before it and itself. */
  static List<Class<?>> compile(Random random, int count) throws Exception {
    RandomTypes types = new RandomTypes(random);
    List<String> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(types.declare(i));
    }
    types.source.append("}\n");
    ClassLoader loader = types.load();
    List<Class<?>> classes = new ArrayList<>();
    for (String message : messages) {
      classes.add(loader.loadClass("random.Types$" + message));
    }
    return classes;
  }

  private String declare(int number) {
    level = random.nextInt(LEVELS + 1);
    if (random.nextInt(6) == 0) {
      String name = "E" + number;
      source.append(
          "enum " + name + " { A, B { @Override public String toString() { return \"b\"; } }, C_"
              + number + " }\n");
      named.get(0).add(name);
    }
    if (random.nextInt(6) == 0) {
      return declareChoice("S" + number);
    }
    String name = "R" + number;
    declareRecord(name, "", name);
    remember(name);
    return name;
  }

  private void remember(String name) {
    if (level < LEVELS) {
      named.get(level).add(name);
    }
  }

  private String declareChoice(String name) {
    source.append("sealed interface " + name + " {\n");
    for (int member = 0; member <= random.nextInt(3); member++) {
      declareRecord(name + "M" + member, " implements " + name, name);
    }
    source.append("sealed interface Inner" + name + " extends " + name + " {\n");
    declareRecord(name + "Deep", " implements Inner" + name, name);
    source.append("}}\n");
    remember(name);
    return name;
  }

  private void declareRecord(String name, String suffix, String self) {
    List<String> components = new ArrayList<>();
    int count = level == 0 && random.nextInt(8) == 0 ? 70 : random.nextInt(7);
    for (int i = 0; i < count; i++) {
      String type = random.nextInt(8) == 0 ? recursive(self) : componentType();
      components.add(type + " " + WORDS.get(random.nextInt(WORDS.size())) + i);
    }
    source.append("record " + name + "(" + String.join(", ", components) + ")" + suffix + " {}\n");
  }

  private String recursive(String self) {
    return switch (random.nextInt(4)) {
      case 0 -> "Optional<" + self + ">";
      case 1 -> "@Nullable " + self;
      case 2 -> "List<" + self + ">";
      default -> "Map<String, " + self + ">";
    };
  }

  private String componentType() {
    return switch (random.nextInt(10)) {
      case 0 -> "Optional<" + elementType() + ">";
      case 1 -> "@Nullable " + boxed(simpleType()).replace("byte[]", "String");
      case 2, 3 -> elementType();
      default -> simpleType();
    };
  }

  private String elementType() {
    return switch (random.nextInt(6)) {
      case 0 -> "List<" + elementType() + ">";
      case 1 -> "Set<" + boxed(simpleType()).replace("byte[]", "Buffer") + ">";
      case 2 -> "Map<String, " + elementType() + ">";
      default -> boxed(simpleType());
    };
  }

  private String simpleType() {
    List<String> below = level == 0 ? List.of() : named.get(random.nextInt(level));
    return below.isEmpty() || random.nextInt(3) > 0
        ? SCALARS.get(random.nextInt(SCALARS.size()))
        : below.get(random.nextInt(below.size()));
  }

  private static String boxed(String type) {
    return switch (type) {
      case "int" -> "Integer";
      case "char" -> "Character";
      case "boolean", "byte", "short", "long", "float", "double" ->
        Character.toUpperCase(type.charAt(0)) + type.substring(1);
      default -> type;
    };
  }

  private ClassLoader load() throws IOException {
    JavaFileObject file =
        new SimpleJavaFileObject(
            URI.create("string:///random/Types.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    Path classes = Files.createTempDirectory("random-types");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options = List.of(
        "-d",
        classes.toString(),
        "-proc:none",
        "-nowarn",
        "-cp",
        System.getProperty("java.class.path"));
    if (!compiler.getTask(null, null, null, options, null, List.of(file)).call()) {
      throw new IllegalStateException("The types do not compile:\n" + source);
    }
    return new URLClassLoader(
        new URL[] {classes.toUri().toURL()}, RandomTypes.class.getClassLoader());
  }
}
