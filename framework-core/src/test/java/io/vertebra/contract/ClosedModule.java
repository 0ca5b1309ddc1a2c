package io.vertebra.contract;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import javax.tools.ToolProvider;

/** A user's module, compiled on the spot: one package is open to the framework, the other is not. */
final class ClosedModule {
  private ClosedModule() {}

  static ClassLoader compile() throws IOException {
    Path folder = Files.createTempDirectory("closed-module");
    Path descriptor = write(folder, "module-info.java", "module shop.closed { opens shop.open; }");
    Path hidden = write(
        folder, "shop/closed/Hidden.java", "package shop.closed; record Hidden(String text) {}");
    Path seen =
        write(folder, "shop/open/Seen.java", "package shop.open; record Seen(String text) {}");
    Path classes = folder.resolve("classes");
    int failed = ToolProvider.getSystemJavaCompiler()
        .run(
            null,
            null,
            null,
            "-d",
            classes.toString(),
            descriptor.toString(),
            hidden.toString(),
            seen.toString());
    if (failed != 0) {
      throw new IllegalStateException("The module does not compile");
    }
    Configuration modules = ModuleLayer.boot()
        .configuration()
        .resolve(ModuleFinder.of(classes), ModuleFinder.of(), Set.of("shop.closed"));
    return ModuleLayer.boot()
        .defineModulesWithOneLoader(modules, ClosedModule.class.getClassLoader())
        .findLoader("shop.closed");
  }

  private static Path write(Path folder, String name, String text) throws IOException {
    Path file = folder.resolve("src").resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
