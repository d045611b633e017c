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
import io.flotilla.registry.model.Inspection;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.store.RecordTransaction;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Judges the devices of the fleet. Thread-safe. A decision is answered by what it sees itself,
 * anybody else by what is stored.
 */
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
    RecordTransaction records = tx.records();
    ModelVersion seen = models.require(records, version.model(), version.version());
    return unfit(
        devices,
        new Registered(
            seen,
            models.inspection(records, seen.model(), seen.version()),
            environment(seen, (name, number) -> environments.find(records, name, number))));
  }

  /**
   * A version with what it is judged by.
   *
   * @param environment what it needs; empty if it names none, or one that is not registered
   */
  private record Registered(
      ModelVersion version, Optional<Inspection> inspection, Optional<Environment> environment) {}

  /** Why devices cannot run a version, by device; those that can are not in it. */
  Map<String, List<Unfit>> unfit(List<DeviceRecord> devices, ModelVersion version) {
    return unfit(
        devices,
        new Registered(
            version,
            models.inspection(version.model(), version.version()),
            environment(version, environments::find)));
  }

  private static Map<String, List<Unfit>> unfit(List<DeviceRecord> devices, Registered registered) {
    Optional<String> named = registered.version().particulars().environment();
    if (named.isPresent() && registered.environment().isEmpty()) {
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
            registered.version().manifest(),
            registered.inspection(),
            registered.environment().map(Environment::spec));
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

  private static Optional<Environment> environment(
      ModelVersion version, BiFunction<String, Integer, Optional<Environment>> find) {
    return version
        .particulars()
        .environment()
        .flatMap(
            reference -> {
              int colon = reference.indexOf(':');
              String number = reference.substring(colon + 1);
              return colon > 0 && number.matches("[1-9][0-9]{0,8}")
                  ? find.apply(reference.substring(0, colon), Integer.parseInt(number))
                  : Optional.empty();
            });
  }
}
