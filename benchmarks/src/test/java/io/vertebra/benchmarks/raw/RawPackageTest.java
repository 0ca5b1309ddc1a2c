package io.vertebra.benchmarks.raw;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class RawPackageTest {

  @Test
  void uses_nothing_but_vertx_and_jackson() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            RawPackageTest.class.getPackageName(),
            "java..",
            "io.vertx..",
            "com.fasterxml.jackson..",
            // The configuration that Vert.x's Hazelcast manager hands out.
            "com.hazelcast.config",
            "org.jspecify.annotations")
        .check(new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackagesOf(RawCaller.class));
  }
}
