package io.vertebra;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Keeps the packages of core apart, and keeps out of it what would block an event loop. */
class ArchitectureTest {
  private static final Path CLASSES = Path.of("target/classes");
  private static final Path SOURCES = Path.of("src/main/java");

  /** What each package may import besides the packages that these import themselves. */
  private static final Map<String, Set<String>> IMPORTS = Map.ofEntries(
      Map.entry("error", Set.of()),
      Map.entry("contract", Set.of("error")),
      Map.entry("wire", Set.of("contract")),
      Map.entry("messaging", Set.of("wire")),
      Map.entry("dispatch", Set.of("messaging")),
      Map.entry("directory", Set.of("dispatch")),
      Map.entry("link", Set.of("directory")),
      Map.entry("gate", Set.of("link")),
      Map.entry("limit", Set.of("dispatch")),
      Map.entry("idempotency", Set.of("messaging")),
      Map.entry("observe", Set.of("dispatch")),
      Map.entry("security", Set.of("dispatch")),
      Map.entry("outbox", Set.of("messaging")),
      Map.entry("queue", Set.of("limit", "idempotency")),
      Map.entry("stream", Set.of("limit", "idempotency")),
      Map.entry("saga", Set.of("queue", "stream")),
      Map.entry("gateway", Set.of("saga", "security")));

  /** Classes that own a thread which is no event loop and may wait on it. */
  private static final Set<String> OWN_THREADS =
      Set.of("io.vertebra.limit.CpuScheduler", "io.vertebra.limit.StallMonitor");

  /**
   * The seams through which wall-clock time and randomness come in, and draws that no test has to
   * repeat: the id of a node, and which of two equal instances gets a call.
   */
  private static final Set<String> SEAMS =
      Set.of("io.vertebra.NodeOptions", "io.vertebra.dispatch.Route");

  private static final JavaClasses CORE = new ClassFileImporter().importPath(CLASSES);

  @Test
  void packages_import_in_one_direction() {
    classes().that(areBelowTheTop()).should(importOnlyWhatTheirPackageMay()).check(CORE);
  }

  @Test
  void only_base_verticles_know_the_top_package_and_only_its_node() {
    classes().that(areBelowTheTop()).should(leaveTheTopAlone()).check(CORE);
  }

  @Test
  void packages_have_no_cycles() {
    slices().matching("io.vertebra.(**)").should().beFreeOfCycles().check(CORE);
  }

  @Test
  void no_package_has_a_name_that_says_nothing() {
    noClasses()
        .should()
        .resideInAnyPackage(
            "..impl..", "..util..", "..common..", "..helper..", "..manager..", "..core..")
        .check(CORE);
  }

  @Test
  void every_package_is_null_marked() {
    Set<JavaPackage> unmarked = new HashSet<>();
    for (JavaClass each : CORE) {
      JavaPackage itsPackage = each.getPackage();
      if (!each.getSimpleName().equals("module-info")
          && !itsPackage.isAnnotatedWith(NullMarked.class)) {
        unmarked.add(itsPackage);
      }
    }
    assertThat(unmarked).as("packages without @NullMarked in a package-info").isEmpty();
  }

  @Test
  void nothing_uses_what_vertx_hides() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.vertx..impl..")
        .check(CORE);
  }

  @Test
  void nothing_uses_thread_locals_or_completable_futures() {
    noClasses()
        .should()
        .dependOnClassesThat(type(ThreadLocal.class).or(type(CompletableFuture.class)))
        .because("state belongs to a context, and asynchronous means io.vertx.core.Future")
        .check(CORE);
  }

  @Test
  void nothing_blocks() {
    noClasses()
        .that(areNotIn(OWN_THREADS))
        .should()
        .callMethodWhere(blocks())
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("java.util.concurrent.locks")
        .because("it would hold up an event loop")
        .check(CORE);
  }

  @Test
  void nothing_reads_the_wall_clock_or_draws_random_numbers_by_itself() {
    noClasses()
        .that(areNotIn(SEAMS))
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .callMethod(ThreadLocalRandom.class, "current")
        .because("tests drive time and randomness")
        .check(CORE);
  }

  /** Class files do not show synchronized blocks to ArchUnit, so this one reads the sources. */
  @Test
  void nothing_is_synchronized() throws IOException {
    Pattern comments = Pattern.compile("(?s)/\\*.*?\\*/|//[^\\n]*|\"[^\"\\n]*\"");
    Pattern keyword = Pattern.compile("\\bsynchronized\\b");
    try (var files = Files.walk(SOURCES)) {
      assertThat(files.filter(file -> file.toString().endsWith(".java")))
          .noneMatch(file ->
              keyword.matcher(comments.matcher(read(file)).replaceAll("")).find());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DescribedPredicate<JavaClass> areBelowTheTop() {
    return describe("are below io.vertebra", each -> !partOf(each).isEmpty());
  }

  private static DescribedPredicate<JavaClass> areNotIn(Set<String> exceptions) {
    return describe("have no reason to", each -> {
      String outermost = each.getName().replaceFirst("\\$.*", "");
      return !exceptions.contains(outermost);
    });
  }

  private static DescribedPredicate<JavaAccess<?>> blocks() {
    return call(Thread.class, "sleep|join")
        .or(call(Object.class, "wait"))
        .or(call(Future.class, "await"))
        .or(call(java.util.concurrent.Future.class, "get|join"))
        .or(call(BlockingQueue.class, "put|take"))
        .or(call(ExecutorService.class, "awaitTermination|invokeAll|invokeAny"))
        .or(call(CountDownLatch.class, "await"))
        .or(call(CyclicBarrier.class, "await"))
        .or(call(Phaser.class, "await.*|arriveAndAwaitAdvance"))
        .or(call(Semaphore.class, "acquire.*"));
  }

  private static DescribedPredicate<JavaAccess<?>> call(Class<?> owner, String methods) {
    return target(owner(assignableTo(owner))).and(target(nameMatching(methods)));
  }

  private static ArchCondition<JavaClass> importOnlyWhatTheirPackageMay() {
    return new ArchCondition<>("import only what their package may") {
      @Override
      public void check(JavaClass each, ConditionEvents events) {
        Set<String> allowed = reach(partOf(each));
        for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
          String part = partOf(dependency.getTargetClass());
          if (!part.isEmpty() && !allowed.contains(part)) {
            events.add(SimpleConditionEvent.violated(each, dependency.getDescription()));
          }
        }
      }
    };
  }

  private static ArchCondition<JavaClass> leaveTheTopAlone() {
    return new ArchCondition<>("leave the top package alone") {
      @Override
      public void check(JavaClass each, ConditionEvents events) {
        for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
          JavaClass target = dependency.getTargetClass();
          boolean isNode = target.getFullName().equals("io.vertebra.Node");
          boolean mayKnowNode = each.getSimpleName().endsWith("Verticle");
          if (target.getPackageName().equals("io.vertebra") && !(isNode && mayKnowNode)) {
            events.add(SimpleConditionEvent.violated(each, dependency.getDescription()));
          }
        }
      }
    };
  }

  /** The first name below {@code io.vertebra}, or nothing for the top package and other people's. */
  private static String partOf(JavaClass each) {
    String name = each.getBaseComponentType().getPackageName();
    return name.startsWith("io.vertebra.") ? name.split("\\.", -1)[2] : "";
  }

  private static Set<String> reach(String part) {
    Set<String> direct = IMPORTS.get(part);
    assertThat(direct)
        .as("what package %s may import; say so in this test", part)
        .isNotNull();
    Set<String> all = new HashSet<>(direct);
    all.add(part);
    direct.forEach(next -> all.addAll(reach(next)));
    return all;
  }
}
