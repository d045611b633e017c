package io.flotilla.cli.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of docs/architecture.md on every class of this project that is on the class path. */
class ArchitectureTest {
  private static final String ROOT = "io.flotilla";

  /** Fewer classes than these mean that the rules were checked on nothing. */
  private static final int FEWEST_CLASSES = 600;

  /** Each module's package, and the modules that it may use. */
  private static final Map<String, Set<String>> WALLS =
      Map.ofEntries(
          Map.entry("bundle", Set.of()),
          Map.entry("protocol", Set.of("bundle")),
          Map.entry("hardware", Set.of("bundle")),
          Map.entry("conversion", Set.of("hardware", "bundle")),
          Map.entry("drift", Set.of("bundle")),
          Map.entry("rollout", Set.of("protocol", "bundle")),
          Map.entry("registry", Set.of("bundle")),
          Map.entry("retraining", Set.of("registry", "drift", "hardware", "bundle")),
          Map.entry("agent", Set.of("hardware", "drift", "protocol", "bundle")),
          Map.entry(
              "controller",
              Set.of(
                  "registry", "retraining", "rollout", "drift", "hardware", "protocol", "bundle")),
          Map.entry("simulator", Set.of("agent", "hardware", "drift", "protocol", "bundle")),
          Map.entry(
              "cli",
              Set.of(
                  "simulator",
                  "controller",
                  "agent",
                  "retraining",
                  "registry",
                  "conversion",
                  "drift",
                  "rollout",
                  "hardware",
                  "protocol",
                  "bundle")));

  /** Each library's packages, and the only packages that may use it. */
  private static final Map<String, List<String>> PLACES =
      Map.ofEntries(
          Map.entry("ai.onnxruntime..", List.of("io.flotilla.hardware.onnx..")),
          Map.entry("org.rocksdb..", List.of("io.flotilla..store.rocksdb..")),
          Map.entry("org.eclipse.paho..", List.of("io.flotilla.agent.transport.paho..")),
          Map.entry(
              "org.bouncycastle..", List.of("io.flotilla..signing..", "io.flotilla..identity..")),
          Map.entry("com.fasterxml.jackson..", List.of("io.flotilla..codec..")),
          Map.entry(
              "org.tribuo..", List.of("io.flotilla.retraining..", "io.flotilla.conversion..")),
          Map.entry("com.github.luben.zstd..", List.of("io.flotilla.registry.dataset.parquet..")),
          Map.entry("picocli..", List.of("io.flotilla.cli..")),
          Map.entry("io.vertx..", List.of("io.flotilla.controller..")),
          Map.entry("com.nimbusds..", List.of("io.flotilla.controller.operator..")),
          Map.entry("io.github.bucket4j..", List.of("io.flotilla.controller.http..")),
          Map.entry("com.hivemq..", List.of("io.flotilla.controller..")),
          Map.entry("io.netty..", List.of("io.flotilla.controller..", "io.flotilla.cli.load..")),
          Map.entry(
              "org.HdrHistogram..", List.of("io.flotilla.cli.load..", "io.flotilla.cli.bench..")),
          Map.entry("org.apache.commons.statistics..", List.of("io.flotilla.drift..")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void enoughClassesAreSeen() {
    assertThat(CLASSES.size()).isGreaterThan(FEWEST_CLASSES);
  }

  @Test
  void modulesKeepTheirWalls() {
    WALLS.forEach(
        (module, allowed) -> {
          Set<String> others = new TreeSet<>(WALLS.keySet());
          others.remove(module);
          others.removeAll(allowed);
          String[] forbidden =
              others.stream().map(ArchitectureTest::packagesOf).toArray(String[]::new);
          if (forbidden.length > 0) {
            noClasses()
                .that()
                .resideInAPackage(packagesOf(module))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .allowEmptyShould(true)
                .check(CLASSES);
          }
        });
  }

  @Test
  void everyClassBelongsToAModule() {
    assertThat(CLASSES)
        .extracting(JavaClass::getPackageName)
        .allSatisfy(name -> assertThat(WALLS).containsKey(name.split("\\.", -1)[2]));
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void librariesStayInTheirPlace() {
    PLACES.forEach(
        (library, places) ->
            noClasses()
                .that()
                .resideOutsideOfPackages(places.toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .because("only " + places + " may use it: wrap what you need there")
                .check(CLASSES));
  }

  @Test
  void onlyApplicationPackagesWire() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.flotilla..app..", "io.flotilla.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.flotilla..app..")
        .because("parts get what they need through their constructors")
        .check(CLASSES);
  }

  @Test
  void onlyApplicationPackagesReadTheRealClock() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.flotilla..app..", "io.flotilla.retraining.worker..")
        .should()
        .accessTargetWhere(new AmbientTime())
        .because(
            "a Clock or a RandomGenerator comes in through the constructor; the worker is a process of its own")
        .check(CLASSES);
  }

  @Test
  void noStaticStateCanChange() {
    List<String> mutable = new ArrayList<>();
    for (JavaClass type : CLASSES) {
      for (JavaField field : type.getFields()) {
        Set<JavaModifier> modifiers = field.getModifiers();
        if (modifiers.contains(JavaModifier.STATIC)
            && !modifiers.contains(JavaModifier.SYNTHETIC)
            && (!modifiers.contains(JavaModifier.FINAL) || isMutable(field.getRawType()))) {
          mutable.add(field.getFullName());
        }
      }
    }
    assertThat(mutable).as("static fields that can change: make them instance state").isEmpty();
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<String> bare = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      JavaPackage home = type.getPackage();
      if (home.tryGetPackageInfo().isEmpty() || !home.isAnnotatedWith(NullMarked.class)) {
        bare.add(home.getName());
      }
    }
    assertThat(bare).as("packages without @NullMarked in their package-info.java").isEmpty();
  }

  private static String packagesOf(String module) {
    return ROOT + "." + module + "..";
  }

  private static boolean isMutable(JavaClass type) {
    return type.getPackageName().equals("java.util.concurrent.atomic")
        || type.isAssignableTo(ThreadLocal.class)
        || type.isAssignableTo(ConcurrentMap.class)
        || Set.of(
                "java.util.HashMap",
                "java.util.TreeMap",
                "java.util.LinkedHashMap",
                "java.util.ArrayList",
                "java.util.HashSet",
                "java.util.EnumMap")
            .contains(type.getName());
  }

  private static final class AmbientTime extends DescribedPredicate<JavaAccess<?>> {
    AmbientTime() {
      super("ambient time or randomness");
    }

    @Override
    public boolean test(JavaAccess<?> access) {
      JavaClass owner = access.getTargetOwner();
      String name = access.getName();
      return (owner.isEquivalentTo(Clock.class) && name.startsWith("system"))
          || (owner.isEquivalentTo(System.class) && name.equals("currentTimeMillis"))
          || (owner.isEquivalentTo(Instant.class) && name.equals("now"))
          || (owner.isEquivalentTo(Random.class)
              && name.equals("<init>")
              && access.getTarget().getFullName().endsWith("<init>()"))
          || (owner.isEquivalentTo(Math.class) && name.equals("random"));
    }
  }
}
