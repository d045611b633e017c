package io.flotilla.hardware.gate;

import io.flotilla.bundle.environment.DeviceCapabilities;
import io.flotilla.bundle.environment.Unfit;
import io.flotilla.bundle.environment.Unfit.Kind;
import io.flotilla.hardware.inspect.OnnxFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a machine can run a model. It never refuses what the machine could run, as far as
 * that is known: where the file alone does not tell, a trial with the machine's runtime version and
 * provider decides, and without one the model passes.
 */
public final class LoadGate {
  private static final String CPU = "CPUExecutionProvider";
  private static final String SIMULATED = "Simulated";
  private static final int MEBI_SHIFT = 20;

  private LoadGate() {}

  /** As {@link #judge(ModelNeeds, Optional, DeviceCapabilities)}; any provider will do. */
  public static List<Unfit> judge(
      OnnxFacts facts, Optional<ProbeVerdict> tried, DeviceCapabilities device) {
    return judge(ModelNeeds.of(facts), tried, device);
  }

  /**
   * Judges. In this order:
   *
   * <ol>
   *   <li>{@code PROVIDER}: none of the providers that would do is there; {@code UNKNOWN}: the
   *       machine has told of none, or its runtime's version cannot be read
   *   <li>{@code IR_VERSION}, {@code OPSET}: newer than its runtime reads; {@code UNKNOWN} instead
   *       if its runtime is newer than all that are known here and the model than what those read,
   *       or if its runtime is older than all
   *   <li>{@code OPERATOR}: no kernel for it on the CPU, where the machine would use that
   *   <li>{@code TRIED}: none of the above, but a trial failed
   *   <li>{@code MEMORY}: the machine has less than the model's weights, inputs and outputs take
   * </ol>
   *
   * A trial counts if it was made with the very version of the runtime and the provider that the
   * machine would use. Then a success overrules the second and third.
   *
   * @param tried what a trial showed, if there was one
   * @return all that stands in the way, in that order; empty if the machine can run the model
   */
  public static List<Unfit> judge(
      ModelNeeds needs, Optional<ProbeVerdict> tried, DeviceCapabilities device) {
    List<Unfit> unfit = new ArrayList<>();
    Optional<String> provider = provider(needs, device, unfit);
    Optional<ProbeVerdict> same =
        tried.filter(
            verdict ->
                verdict.runtimeVersion().equals(device.runtimeVersion())
                    && provider.equals(Optional.of(verdict.provider())));
    if (!same.map(ProbeVerdict::fit).orElse(false)) {
      int before = unfit.size();
      judgeVersions(needs, device, unfit);
      provider.filter(LoadGate::runsOnCpu).ifPresent(cpu -> judgeOperators(needs, device, unfit));
      if (unfit.size() == before) {
        same.ifPresent(verdict -> unfit.add(new Unfit(Kind.TRIED, tried(verdict))));
      }
    }
    judgeMemory(needs, device, unfit);
    return List.copyOf(unfit);
  }

  /** The provider that the machine would use: its best one of those that would do. */
  private static Optional<String> provider(
      ModelNeeds needs, DeviceCapabilities device, List<Unfit> unfit) {
    if (device.providers().isEmpty()) {
      unfit.add(
          new Unfit(Kind.UNKNOWN, "the machine has not told which execution providers it has"));
      return Optional.empty();
    }
    Optional<String> provider =
        device.providers().stream()
            .filter(name -> needs.providers().isEmpty() || needs.providers().contains(name))
            .findFirst();
    if (provider.isEmpty()) {
      unfit.add(
          new Unfit(
              Kind.PROVIDER,
              "the model needs one of %s and the machine has %s"
                  .formatted(needs.providers(), device.providers())));
    }
    return provider;
  }

  private static void judgeVersions(
      ModelNeeds needs, DeviceCapabilities device, List<Unfit> unfit) {
    Optional<RuntimeRelease.Version> version = RuntimeRelease.Version.of(device.runtimeVersion());
    if (version.isEmpty()) {
      unfit.add(
          new Unfit(
              Kind.UNKNOWN,
              "the machine's runtime has the version '%s', which cannot be read"
                  .formatted(device.runtimeVersion())));
      return;
    }
    Optional<RuntimeRelease> release = RuntimeRelease.reading(version.get());
    int before = unfit.size();
    compare(needs, device, release, unfit);
    boolean old = version.get().compareTo(RuntimeRelease.OLDEST.version()) < 0;
    if (old && unfit.size() == before) {
      unfit.add(
          new Unfit(
              Kind.UNKNOWN,
              "the machine's runtime %s is older than all whose reach is known; update it"
                  .formatted(device.runtimeVersion())));
    }
  }

  private static void compare(
      ModelNeeds needs,
      DeviceCapabilities device,
      Optional<RuntimeRelease> known,
      List<Unfit> unfit) {
    RuntimeRelease release = known.orElse(RuntimeRelease.NEWEST);
    if (needs.irVersion() > release.irVersion()) {
      unfit.add(
          new Unfit(
              known.isPresent() ? Kind.IR_VERSION : Kind.UNKNOWN,
              tooNew("IR version", needs.irVersion(), device, release.irVersion())));
    }
    needs
        .opsets()
        .forEach(
            (domain, opset) -> {
              long newest = release.opsets().getOrDefault(domain, Long.MAX_VALUE);
              if (opset > newest) {
                unfit.add(
                    new Unfit(
                        known.isPresent() ? Kind.OPSET : Kind.UNKNOWN,
                        tooNew("opset of " + domain, opset, device, newest)));
              }
            });
  }

  private static String tooNew(String what, long needed, DeviceCapabilities device, long newest) {
    return "the model has the %s %d and runtime %s is known to read up to %d"
        .formatted(what, needed, device.runtimeVersion(), newest);
  }

  /** What newer releases than those known have learnt is theirs to tell. */
  private static void judgeOperators(
      ModelNeeds needs, DeviceCapabilities device, List<Unfit> unfit) {
    boolean known =
        RuntimeRelease.Version.of(device.runtimeVersion())
            .flatMap(RuntimeRelease::reading)
            .isPresent();
    if (!known) {
      return;
    }
    needs.operators().stream()
        .filter(KernelGap::covers)
        .map(
            operator ->
                "the operator %s is not in runtime %s for the CPU: it %s"
                    .formatted(operator, device.runtimeVersion(), KernelGap.reason(operator)))
        .forEach(message -> unfit.add(new Unfit(Kind.OPERATOR, message)));
  }

  private static void judgeMemory(ModelNeeds needs, DeviceCapabilities device, List<Unfit> unfit) {
    if (device.memoryBytes() > 0 && needs.memoryBytes() > device.memoryBytes()) {
      unfit.add(
          new Unfit(
              Kind.MEMORY,
              "the model needs at least %d MiB and the machine has %d MiB"
                  .formatted(
                      needs.memoryBytes() >> MEBI_SHIFT, device.memoryBytes() >> MEBI_SHIFT)));
    }
  }

  private static String tried(ProbeVerdict verdict) {
    return "runtime %s was tried with the model: %s"
        .formatted(verdict.runtimeVersion(), verdict.reason());
  }

  /** Simulated accelerators are played by the CPU, and have its kernels. */
  private static boolean runsOnCpu(String provider) {
    return provider.equals(CPU) || provider.startsWith(SIMULATED);
  }
}
