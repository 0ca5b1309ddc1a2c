package io.vertebra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The module descriptor; the other tests run on the class path, where it does not count. */
class ModuleInfoTest {
  private static final String MODULE = "io.vertebra.core";

  private final Path[] path = Arrays.stream(
          System.getProperty("java.class.path").split(File.pathSeparator))
      .map(Path::of)
      .filter(each -> !each.endsWith("test-classes"))
      .toArray(Path[]::new);

  @Test
  void a_node_works_on_the_module_path() throws Exception {
    Configuration modules = ModuleLayer.boot()
        .configuration()
        .resolve(ModuleFinder.of(), ModuleFinder.of(path), Set.of(MODULE));
    ClassLoader loader = ModuleLayer.defineModulesWithOneLoader(
            modules, java.util.List.of(ModuleLayer.boot()), ClassLoader.getPlatformClassLoader())
        .layer()
        .findLoader(MODULE);
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      Class<?> vertxType = loader.loadClass("io.vertx.core.Vertx");
      Class<?> nodeType = loader.loadClass("io.vertebra.Node");
      assertThat(nodeType.getModule().getName()).isEqualTo(MODULE);
      Object vertx = vertxType.getMethod("vertx").invoke(null);
      Object node = nodeType.getMethod("create", vertxType).invoke(null, vertx);
      Method id = nodeType.getMethod("id");
      assertThat((String) id.invoke(node)).as("the service provider was found").startsWith("node-");
      vertxType.getMethod("close").invoke(vertx);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void every_package_is_either_exported_or_known_to_be_internal() {
    ModuleDescriptor descriptor =
        ModuleFinder.of(Path.of("target/classes")).find(MODULE).orElseThrow().descriptor();
    Set<String> exported = descriptor.exports().stream()
        .filter(each -> !each.isQualified())
        .map(ModuleDescriptor.Exports::source)
        .collect(Collectors.toSet());
    assertThat(descriptor.packages())
        .filteredOn(each -> !exported.contains(each))
        .as("internal packages; name a new one here, or export it in module-info")
        .containsExactlyInAnyOrder(
            "io.vertebra.directory",
            "io.vertebra.dispatch",
            "io.vertebra.gate",
            "io.vertebra.link");
  }
}
