package io.flotilla.controller.environment;

import io.flotilla.bundle.environment.DeviceCapabilities;
import io.flotilla.bundle.environment.Unfit;
import io.flotilla.bundle.environment.Unfit.Kind;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.hardware.gate.LoadGate;
import io.flotilla.hardware.gate.ModelNeeds;
import io.flotilla.hardware.gate.ProbeVerdict;
import io.flotilla.registry.environment.EnvironmentFit;
import io.flotilla.registry.environment.EnvironmentSpec;
import io.flotilla.registry.model.Inspection;
import io.flotilla.registry.model.Trial;
import io.flotilla.registry.model.VariantInspection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a version needs of a device. Pure.
 *
 * @param manifest what its bundle says
 * @param inspection what was found in its files; empty for versions of earlier releases
 * @param environment what it was registered to need; empty if nothing was said
 */
record VersionNeeds(
    Manifest manifest, Optional<Inspection> inspection, Optional<EnvironmentSpec> environment) {
  private static final String DEFAULT_DOMAIN = "ai.onnx";
  private static final String REFUSED = "REFUSED";
  private static final String RAN = "RAN";

  /**
   * Every reason why a machine cannot run the version; none if it can. The machine takes the first
   * variant that its best provider may run, as agents do.
   */
  List<Unfit> judge(DeviceCapabilities machine) {
    List<Unfit> reasons = new ArrayList<>();
    environment.ifPresent(spec -> reasons.addAll(EnvironmentFit.judge(spec, machine)));
    Optional<String> provider =
        machine.providers().stream().filter(p -> manifest.variantFor(p).isPresent()).findFirst();
    if (provider.isEmpty() && !machine.providers().isEmpty()) {
      reasons.add(
          new Unfit(
              Kind.PROVIDER,
              "no variant of the version runs on %s"
                  .formatted(String.join(", ", machine.providers()))));
      return distinct(reasons);
    }
    Variant variant =
        provider.flatMap(manifest::variantFor).orElseGet(manifest.variants()::getFirst);
    Optional<VariantInspection> found =
        inspection.stream()
            .flatMap(all -> all.variants().stream())
            .filter(one -> one.variant().equals(variant.id()))
            .findFirst();
    Map<String, Long> opsets =
        opsets(found.map(one -> one.contents().opsets()).orElse(variant.opsets()));
    long irVersion = found.map(one -> one.contents().irVersion()).orElse(variant.irVersion());
    environment.ifPresent(
        spec -> reasons.addAll(EnvironmentFit.judgeModel(spec, irVersion, opsets)));
    ModelNeeds needs =
        new ModelNeeds(
            irVersion,
            opsets,
            found.map(one -> operators(one, opsets)).orElse(List.of()),
            found.map(one -> one.contents().initializerBytes()).orElse(0L),
            provider.map(List::of).orElse(List.of()));
    reasons.addAll(LoadGate.judge(needs, found.flatMap(VersionNeeds::verdict), machine));
    return distinct(reasons);
  }

  private static List<Unfit> distinct(List<Unfit> reasons) {
    return reasons.stream().distinct().toList();
  }

  private static Map<String, Long> opsets(Map<String, Long> opsets) {
    Map<String, Long> named = new TreeMap<>();
    opsets.forEach(
        (domain, version) ->
            named.merge(domain.isEmpty() ? DEFAULT_DOMAIN : domain, version, Math::max));
    return named;
  }

  /**
   * The operators, where a runtime refused to load the file: then one without a kernel explains it
   * on other releases as well. Where a runtime took the file, they stand in the way of nobody.
   */
  private static List<ModelNeeds.Operator> operators(
      VariantInspection found, Map<String, Long> opsets) {
    boolean refused = found.trial().filter(t -> t.outcome().equals(REFUSED)).isPresent();
    return refused
        ? found.contents().operators().keySet().stream()
            .sorted()
            .map(name -> operator(name, opsets))
            .toList()
        : List.of();
  }

  private static ModelNeeds.Operator operator(String name, Map<String, Long> opsets) {
    int colon = name.indexOf(':');
    String domain = colon < 1 ? DEFAULT_DOMAIN : name.substring(0, colon);
    return new ModelNeeds.Operator(
        domain, name.substring(colon + 1), opsets.getOrDefault(domain, 0L));
  }

  private static Optional<ProbeVerdict> verdict(VariantInspection found) {
    return found.trial().map(VersionNeeds::verdict);
  }

  private static ProbeVerdict verdict(Trial trial) {
    String reason = trial.outcome().equals(RAN) ? "it ran" : trial.message();
    return new ProbeVerdict(
        trial.runtimeVersion(), trial.provider(), !trial.outcome().equals(REFUSED), reason);
  }
}
