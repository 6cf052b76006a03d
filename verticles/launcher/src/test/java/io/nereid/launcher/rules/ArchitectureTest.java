package io.nereid.launcher.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which way dependencies go, and what only one place may do. */
class ArchitectureTest {
  private static final String[] VERTICLES = {"nymph", "coordinator", "transfer", "gateway"};
  private static JavaClasses ours;

  @BeforeAll
  static void load() {
    ours =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.nereid");
  }

  @Test
  void verticlesNeverKnowEachOtherOrTheLauncher() {
    for (String verticle : VERTICLES) {
      for (String other : VERTICLES) {
        if (!other.equals(verticle)) {
          noClasses()
              .that()
              .resideInAPackage("io.nereid." + verticle + "..")
              .should()
              .dependOnClassesThat()
              .resideInAPackage("io.nereid." + other + "..")
              .because("verticles meet on the event bus and on the transfer wire only")
              .check(ours);
        }
      }
      noClasses()
          .that()
          .resideInAPackage("io.nereid." + verticle + "..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.nereid.launcher..")
          .because("the launcher knows the verticles, not the other way round")
          .check(ours);
    }
  }

  @Test
  void sharedKnowsNoVerticle() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.nereid.domain..",
            "io.nereid.protocol..",
            "io.nereid.bus..",
            "io.nereid.config..",
            "io.nereid.port..",
            "io.nereid.process..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.nereid.nymph..",
            "io.nereid.coordinator..",
            "io.nereid.transfer..",
            "io.nereid.gateway..",
            "io.nereid.launcher..")
        .check(ours);
  }

  @Test
  void onlyTheBusPackageTouchesTheEventBus() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.nereid.bus..")
        .and()
        .resideOutsideOfPackage("io.nereid.launcher.daemon..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.vertx.core.eventbus..")
        .because(
            "the certainty of a delivery failure is decided in one place; the launcher sets"
                + " the bus's host and port")
        .check(ours);
  }

  @Test
  void onlyTheProcessPackageStartsPrograms() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.nereid.process..")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ProcessBuilder.class)
        .orShould()
        .callMethodWhere(
            com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                    com.tngtech.archunit.core.domain.properties.HasName.Predicates.name("exec"))
                .and(
                    com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                        com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner(
                            com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo(
                                Runtime.class)))))
        .because("deadlines and bounded output are kept in one place")
        .check(ours);
  }

  @Test
  void nobodySleeps() {
    noClasses()
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", java.time.Duration.class)
        .orShould()
        .callMethod(Thread.class, "sleep", long.class, int.class)
        .because("waiting for a condition ends when it is met; sleeping does not")
        .check(ours);
  }

  @Test
  void theDomainIsPure() {
    noClasses()
        .that()
        .resideInAPackage("io.nereid.domain..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.vertx..", "com.fasterxml..", "com.hazelcast..", "io.netty..", "org.slf4j..")
        .check(ours);
  }

  @Test
  void theCommandLineStartsWithoutTheDaemonsLibraries() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.nereid.launcher.client..",
            "io.nereid.launcher.cli..",
            "io.nereid.launcher.terminal..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.vertx..", "io.netty..", "com.hazelcast..", "ch.qos..", "org.slf4j..")
        .because("loading them takes longer than most commands run")
        .check(ours);
  }

  @Test
  void verticleClassesAreNamedSo() {
    classes()
        .that()
        .areAssignableTo(io.vertx.core.VerticleBase.class)
        .and()
        .areTopLevelClasses()
        .should()
        .haveSimpleNameEndingWith("Verticle")
        .check(ours);
  }
}
