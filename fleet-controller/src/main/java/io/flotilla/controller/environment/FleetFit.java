package io.flotilla.controller.environment;

import io.flotilla.bundle.environment.Unfit;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.rollout.RolloutGate;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.registry.environment.Environment;
import io.flotilla.registry.environment.EnvironmentFit;
import io.flotilla.registry.environment.EnvironmentRegistry;
import io.flotilla.registry.environment.EnvironmentSpec;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Judges the devices of the fleet. Thread-safe; reads the registry. */
public final class FleetFit implements RolloutGate {
  private static final List<Unfit> SILENT =
      List.of(
          new Unfit(
              Unfit.Kind.UNKNOWN,
              "the device has never connected, so nobody knows what it is made of"));

  private final ModelRegistry models;
  private final EnvironmentRegistry environments;

  /** A judge by these registries. */
  public FleetFit(ModelRegistry models, EnvironmentRegistry environments) {
    this.models = models;
    this.environments = environments;
  }

  @Override
  public Map<String, List<Unfit>> judge(
      Transaction tx, VersionRef version, List<DeviceRecord> devices) {
    return unfit(devices, models.require(tx.records(), version.model(), version.version()));
  }

  /** Why devices cannot run a version, by device; those that can are not in it. */
  Map<String, List<Unfit>> unfit(List<DeviceRecord> devices, ModelVersion version) {
    Optional<String> named = version.particulars().environment();
    Optional<Environment> environment = named.flatMap(this::environment);
    if (named.isPresent() && environment.isEmpty()) {
      List<Unfit> unknown =
          List.of(
              new Unfit(
                  Unfit.Kind.UNKNOWN,
                  "the version needs the environment %s, which is not registered"
                      .formatted(named.get())));
      return unfit(devices, facts -> unknown);
    }
    VersionNeeds needs =
        new VersionNeeds(
            version.manifest(),
            models.inspection(version.model(), version.version()),
            environment.map(Environment::spec));
    return unfit(devices, facts -> needs.judge(Machines.capabilities(facts)));
  }

  /** Why devices do not satisfy an environment, by device; those that do are not in it. */
  static Map<String, List<Unfit>> unfit(List<DeviceRecord> devices, EnvironmentSpec spec) {
    return unfit(devices, facts -> EnvironmentFit.judge(spec, Machines.capabilities(facts)));
  }

  /** Devices made of the same are judged once. */
  private static Map<String, List<Unfit>> unfit(
      List<DeviceRecord> devices, Function<HardwareFacts, List<Unfit>> judge) {
    Map<HardwareFacts, List<Unfit>> judged = new HashMap<>();
    Map<String, List<Unfit>> unfit = new LinkedHashMap<>();
    for (DeviceRecord device : devices) {
      List<Unfit> reasons =
          device.hardware().map(facts -> judged.computeIfAbsent(facts, judge)).orElse(SILENT);
      if (!reasons.isEmpty()) {
        unfit.put(device.id(), reasons);
      }
    }
    return unfit;
  }

  private Optional<Environment> environment(String reference) {
    int colon = reference.indexOf(':');
    String version = reference.substring(colon + 1);
    return colon > 0 && version.matches("[1-9][0-9]{0,8}")
        ? environments.find(reference.substring(0, colon), Integer.parseInt(version))
        : Optional.empty();
  }
}
