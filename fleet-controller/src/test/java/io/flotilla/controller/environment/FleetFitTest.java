package io.flotilla.controller.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.environment.Unfit;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.controller.catalog.RegistryCatalog;
import io.flotilla.controller.catalog.TestRegistry;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.registry.environment.EnvironmentRegistry;
import io.flotilla.registry.environment.codec.EnvironmentCodec;
import io.flotilla.registry.model.Inspection;
import io.flotilla.registry.model.ModelContents;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.model.Prepared;
import io.flotilla.registry.model.RegistrationRequest;
import io.flotilla.registry.model.Trial;
import io.flotilla.registry.model.VariantInspection;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions that register something and judge by it, before any of it is on the disk. */
class FleetFitTest {
  private static final HardwareFacts HARDWARE =
      new HardwareFacts(
          "linux",
          "amd64",
          1,
          1 << 28,
          "1.29.0",
          List.of(new HardwareFacts.AcceleratorFacts("CPU", "CPUExecutionProvider", false)),
          Optional.empty());

  @TempDir Path folder;
  private TestRegistry registry;
  private FleetFit fit;
  private DeviceRecord device;

  @BeforeEach
  void start() {
    registry = new TestRegistry(folder, FleetFitTest::refused);
    fit = new FleetFit(registry.models, registry.environments);
    device = registry.fleet.add("cam-1", Map.of()).withHardware(HARDWARE);
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  /** What an inspector says of a model that the runtime of the device does not take. */
  private static Inspection refused(Path bundle, Manifest manifest) {
    ModelContents contents =
        new ModelContents(6, Map.of("", 13L), Map.of("Identity", 1), 1, 0, List.of(), Map.of());
    Trial trial = new Trial("1.29.0", "CPUExecutionProvider", "REFUSED", "it is odd", 0, 0, 0);
    return new Inspection(List.of(new VariantInspection("fp32", contents, Optional.of(trial))));
  }

  @Test
  void aDecisionIsJudgedByTheInspectionThatItStores() {
    assertThat(unfit(Optional.empty())).extracting(Unfit::kind).containsExactly(Unfit.Kind.TRIED);
  }

  @Test
  void aDecisionIsJudgedByTheEnvironmentThatItStores() {
    assertThat(unfit(Optional.of("edge:1")))
        .extracting(Unfit::kind)
        .containsExactly(Unfit.Kind.ARCHITECTURE, Unfit.Kind.TRIED);
  }

  /** As earlier releases let versions have. */
  @Test
  void aVersionWhoseEnvironmentIsNotRegisteredFitsNobody() {
    List<Unfit> unfit = unfit(Optional.of("edge:7"));

    assertThat(unfit).extracting(Unfit::kind).containsExactly(Unfit.Kind.UNKNOWN);
    assertThat(unfit.getFirst().message()).contains("edge:7, which is not registered");
  }

  /** Why the device cannot run a version that the same decision registers. */
  private List<Unfit> unfit(Optional<String> environment) {
    RegistrationRequest request =
        new RegistrationRequest(
            "digits", "", "", Map.of(), Map.of(), List.of(), environment, "operator");
    EnvironmentRegistry.Draft edge =
        new EnvironmentRegistry.Draft(
            "edge", EnvironmentCodec.of(Map.of("architectures", List.of("aarch64"))), "", "me");
    try (Prepared prepared =
        registry.models.prepare(request, registry.publisher.bundle("digits", "one"))) {
      return registry
          .fleet
          .decide(
              tx -> {
                registry.environments.commit(tx.records(), edge);
                ModelVersion version = registry.models.commit(tx.records(), prepared).version();
                assertThat(registry.models.find("digits", 1)).isEmpty();
                return fit.judge(tx, RegistryCatalog.ref(version), List.of(device));
              })
          .getOrDefault("cam-1", List.of());
    }
  }
}
