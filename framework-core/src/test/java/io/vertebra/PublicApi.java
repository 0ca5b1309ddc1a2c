package io.vertebra;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericDeclaration;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The public API of one module as sorted text, read by reflection from its compiled classes: the
 * public types of the packages its {@code module-info} exports (of all packages, if it has none)
 * with their public and protected members. {@code PublicApiTest} of each module compares it with a
 * file, so that no change of the API goes unseen.
 */
public final class PublicApi {
  private PublicApi() {}

  /** Reads the classes below a folder such as {@code target/classes}, which the class path has. */
  public static String of(Path classes) throws IOException {
    Predicate<String> isExported = exports(classes);
    TreeMap<String, String> types = new TreeMap<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        String name = classes.relativize(file).toString().replaceAll("[/\\\\]", ".");
        name = name.substring(0, name.length() - ".class".length());
        if (name.endsWith("-info")) {
          continue;
        }
        Class<?> type = load(name);
        if (isVisible(type) && isExported.test(type.getPackageName())) {
          types.put(name, print(type));
        }
      }
    }
    return String.join("\n", types.values());
  }

  /**
   * Fails if the public API of the module under test is not the text of this file. With {@code
   * -Dapi.update=true} it writes the file, for a change that is meant.
   */
  public static void check(String file) throws IOException {
    Path agreed = Path.of(file);
    Path classes = Path.of("target/classes");
    String actual = Files.exists(classes) ? of(classes) : ""; // a module that has no code yet
    if (Boolean.getBoolean("api.update")) {
      Files.createDirectories(agreed.toAbsolutePath().getParent());
      Files.writeString(agreed, actual);
    }
    String expected = Files.exists(agreed) ? Files.readString(agreed) : "";
    if (!actual.equals(expected)) {
      fail(
          "The public API has changed. If that is meant, run this test with -Dapi.update=true and"
              + " commit %s.%n%s%s",
          file, lines("gone", expected, actual), lines("new", actual, expected));
    }
  }

  private static String lines(String word, String text, String notIn) {
    Set<String> others = notIn.lines().collect(toSet());
    return text.lines()
        .filter(line -> !others.contains(line))
        .map(line -> word + ": " + line.strip() + "\n")
        .collect(joining());
  }

  private static Predicate<String> exports(Path classes) throws IOException {
    Path moduleInfo = classes.resolve("module-info.class");
    if (!Files.exists(moduleInfo)) {
      return anyPackage -> true;
    }
    try (InputStream in = Files.newInputStream(moduleInfo)) {
      Set<String> exported = new TreeSet<>();
      ModuleDescriptor.read(in).exports().stream()
          .filter(each -> !each.isQualified())
          .forEach(each -> exported.add(each.source()));
      return exported::contains;
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, PublicApi.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(name + " is not on the class path", e);
    }
  }

  /** Whether code in other packages can name it: it and all types around it. */
  private static boolean isVisible(@Nullable Class<?> type) {
    return type == null || (isVisible(type.getModifiers()) && isVisible(type.getEnclosingClass()));
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static String print(Class<?> type) {
    Set<String> members = new TreeSet<>();
    for (Constructor<?> each : type.getDeclaredConstructors()) {
      add(members, each, "new" + executable(each));
    }
    Class<?> declaring = type;
    do { // what a hidden superclass declares is inherited by the visible one
      for (Field each : declaring.getDeclaredFields()) {
        add(members, each, each.isEnumConstant() ? each.getName() : field(each));
      }
      for (Method each : declaring.getDeclaredMethods()) {
        add(members, each, method(each));
      }
      declaring = declaring.getSuperclass();
    } while (declaring != null && !isVisible(declaring));
    StringBuilder text = new StringBuilder();
    text.append(marks(type)).append(kind(type)).append(type.getName());
    text.append(shorten(header(type), type)).append('\n');
    members.forEach(each -> text.append("  ").append(shorten(each, type)).append('\n'));
    return text.toString();
  }

  private static void add(Set<String> members, Member member, String text) {
    boolean isGenerated = member.isSynthetic()
        || (member.getDeclaringClass().isEnum() && text.matches("static .* (values|valueOf)\\(.*"));
    if (isVisible(member.getModifiers()) && !isGenerated) {
      members.add(marks((AnnotatedElement) member) + text);
    }
  }

  private static String header(Class<?> type) {
    StringBuilder text = new StringBuilder(typeVariables(type));
    if (type.isRecord()) {
      text.append(Arrays.stream(type.getRecordComponents())
          .map(PublicApi::component)
          .collect(joining(", ", "(", ")")));
    }
    Type parent = type.getGenericSuperclass();
    if (parent != null
        && !Set.of(Object.class, Record.class).contains(type.getSuperclass())
        && !type.isEnum()) {
      text.append(" extends ").append(parent.getTypeName());
    }
    list(text, type.isInterface() ? " extends " : " implements ", type.getGenericInterfaces());
    if (type.isSealed()) {
      list(text, " permits ", type.getPermittedSubclasses());
    }
    return text.toString();
  }

  private static String kind(Class<?> type) {
    List<String> words = new ArrayList<>();
    boolean isPlainClass = !type.isInterface() && !type.isEnum() && !type.isRecord();
    if (Modifier.isProtected(type.getModifiers())) {
      words.add("protected");
    }
    if (type.isSealed()) {
      words.add("sealed");
    }
    if (isPlainClass && Modifier.isAbstract(type.getModifiers())) {
      words.add("abstract");
    }
    if (isPlainClass && Modifier.isFinal(type.getModifiers())) {
      words.add("final");
    }
    words.add(
        type.isAnnotation()
            ? "@interface"
            : type.isInterface()
                ? "interface"
                : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class");
    return String.join(" ", words) + " ";
  }

  private static void list(StringBuilder text, String word, Type[] types) {
    if (types.length > 0) {
      text.append(Arrays.stream(types).map(Type::getTypeName).collect(joining(", ", word, "")));
    }
  }

  private static String component(RecordComponent each) {
    return type(each.getAnnotatedType(), each.getGenericType()) + " " + each.getName();
  }

  private static String field(Field each) {
    return modifiers(each.getModifiers() & Modifier.fieldModifiers())
        + type(each.getAnnotatedType(), each.getGenericType())
        + " " + each.getName();
  }

  private static String method(Method each) {
    int relevant = Modifier.PROTECTED | Modifier.STATIC | Modifier.ABSTRACT | Modifier.FINAL;
    if (each.getDeclaringClass().isInterface()) {
      relevant &= ~Modifier.ABSTRACT;
    }
    String variables = typeVariables(each);
    return modifiers(each.getModifiers() & relevant)
        + (each.isDefault() ? "default " : "")
        + variables
        + (variables.isEmpty() ? "" : " ")
        + type(each.getAnnotatedReturnType(), each.getGenericReturnType())
        + " " + each.getName()
        + executable(each);
  }

  private static String executable(Executable each) {
    String parameters =
        Arrays.stream(each.getParameters()).map(PublicApi::parameter).collect(joining(", "));
    StringBuilder text = new StringBuilder("(").append(parameters).append(')');
    list(text, " throws ", each.getGenericExceptionTypes());
    return text.toString();
  }

  private static String parameter(Parameter each) {
    return type(each.getAnnotatedType(), each.getParameterizedType()) + " " + each.getName();
  }

  private static String modifiers(int modifiers) {
    int shown = modifiers & ~Modifier.PUBLIC;
    return shown == 0 ? "" : Modifier.toString(shown) + " ";
  }

  private static String typeVariables(GenericDeclaration declaration) {
    TypeVariable<?>[] variables = declaration.getTypeParameters();
    return variables.length == 0
        ? ""
        : Arrays.stream(variables).map(PublicApi::typeVariable).collect(joining(", ", "<", ">"));
  }

  private static String typeVariable(TypeVariable<?> variable) {
    String bounds = Arrays.stream(variable.getBounds())
        .filter(bound -> bound != Object.class)
        .map(Type::getTypeName)
        .collect(joining(" & "));
    return variable.getName() + (bounds.isEmpty() ? "" : " extends " + bounds);
  }

  private static String type(AnnotatedType annotated, Type plain) {
    return (annotated.isAnnotationPresent(Nullable.class) ? "@Nullable " : "")
        + plain.getTypeName();
  }

  /** The annotations that tell how far the API can be relied on. */
  private static String marks(AnnotatedElement element) {
    return Arrays.stream(element.getAnnotations())
        .map(each -> each.annotationType().getSimpleName())
        .filter(Set.of("Beta", "Deprecated")::contains)
        .sorted()
        .map(name -> "@" + name + " ")
        .collect(joining());
  }

  /** Leaves out the packages that everybody knows, and a member's own. */
  private static String shorten(String text, Class<?> owner) {
    String known = "java\\.(lang|util|util\\.function|time)|io\\.vertx\\.core";
    String own = "|" + owner.getPackageName().replace(".", "\\.");
    return text.replaceAll("\\b(" + known + own + ")\\.(?=[A-Z])", "");
  }
}
