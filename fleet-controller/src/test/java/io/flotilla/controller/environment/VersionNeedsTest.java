package io.flotilla.controller.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.environment.DeviceCapabilities;
import io.flotilla.bundle.environment.Unfit;
import io.flotilla.bundle.environment.Unfit.Kind;
import io.flotilla.bundle.manifest.CaptureDefault;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.registry.environment.EnvironmentSpec;
import io.flotilla.registry.environment.codec.EnvironmentCodec;
import io.flotilla.registry.model.Inspection;
import io.flotilla.registry.model.ModelContents;
import io.flotilla.registry.model.Trial;
import io.flotilla.registry.model.VariantInspection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VersionNeedsTest {
  private static final String CPU = "CPUExecutionProvider";
  private static final String CUDA = "CUDAExecutionProvider";
  private static final Variant PLAIN =
      new Variant("fp32", "models/a.onnx", 8, Map.of("", 13L), List.of(), 9);
  private static final Variant FOR_CUDA =
      new Variant("cuda", "models/b.onnx", 10, Map.of("", 21L), List.of(CUDA), 9);

  @Test
  void whatTheManifestSaysIsEnoughWithoutAnInspection() {
    VersionNeeds needs = needs(List.of(PLAIN), Optional.empty());
    assertThat(kinds(needs, machine("1.29.0", CPU))).isEmpty();
    assertThat(kinds(needs, machine("1.29.0"))).containsExactly(Kind.UNKNOWN);
    VersionNeeds tooNew =
        needs(
            List.of(new Variant("fp32", "models/a.onnx", 12, Map.of("", 25L), List.of(), 9)),
            Optional.empty());
    assertThat(kinds(tooNew, machine("1.20.1", CPU))).containsExactly(Kind.IR_VERSION, Kind.OPSET);
    assertThat(kinds(tooNew, machine("1.29.0", CPU))).isEmpty();
  }

  @Test
  void theDeviceIsJudgedByTheVariantThatItWouldRun() {
    VersionNeeds needs = needs(List.of(FOR_CUDA, PLAIN), Optional.empty());
    assertThat(kinds(needs, machine("1.16.3", CPU))).isEmpty();
    assertThat(kinds(needs, machine("1.16.3", CUDA, CPU)))
        .containsExactly(Kind.IR_VERSION, Kind.OPSET);
    VersionNeeds onlyCuda = needs(List.of(FOR_CUDA), Optional.empty());
    assertThat(kinds(onlyCuda, machine("1.29.0", CPU))).containsExactly(Kind.PROVIDER);
  }

  @Test
  void whatWasFoundInTheFileCountsMoreThanWhatTheManifestSays() {
    VersionNeeds needs = needs(List.of(PLAIN), Optional.of(found(13, 26L, "RAN", 0)));
    assertThat(kinds(needs, machine("1.24.0", CPU))).containsExactly(Kind.OPSET);
    assertThat(kinds(needs, machine("1.29.0", CPU))).isEmpty();
  }

  @Test
  void aRefusalCountsForTheSameRuntimeAlone() {
    VersionNeeds refused = needs(List.of(PLAIN), Optional.of(found(8, 13L, "REFUSED", 0)));
    assertThat(kinds(refused, machine("1.29.0", CPU))).containsExactly(Kind.TRIED);
    assertThat(kinds(refused, machine("1.28.0", CPU))).isEmpty();
    VersionNeeds loaded = needs(List.of(PLAIN), Optional.of(found(8, 13L, "LOADED", 0)));
    assertThat(kinds(loaded, machine("1.29.0", CPU))).isEmpty();
  }

  @Test
  void weightsMustFitIntoMemory() {
    VersionNeeds needs = needs(List.of(PLAIN), Optional.of(found(8, 13L, "RAN", 2L << 30)));
    assertThat(kinds(needs, machine("1.29.0", CPU))).containsExactly(Kind.MEMORY);
  }

  @Test
  void theEnvironmentBindsMachineAndModel() {
    EnvironmentSpec spec =
        EnvironmentCodec.of(
            Map.of("runtime", ">=1.30", "maxIrVersion", 7, "cpuFeatures", List.of("avx512f")));
    VersionNeeds needs =
        new VersionNeeds(manifest(List.of(PLAIN)), Optional.empty(), Optional.of(spec));
    assertThat(kinds(needs, machine("1.29.0", CPU)))
        .containsExactly(Kind.RUNTIME_VERSION, Kind.CPU_FEATURE, Kind.IR_VERSION);
  }

  private static List<Kind> kinds(VersionNeeds needs, DeviceCapabilities machine) {
    return needs.judge(machine).stream().map(Unfit::kind).toList();
  }

  private static VersionNeeds needs(List<Variant> variants, Optional<Inspection> inspection) {
    return new VersionNeeds(manifest(variants), inspection, Optional.empty());
  }

  private static Inspection found(long ir, long opset, String outcome, long weights) {
    return new Inspection(
        List.of(
            new VariantInspection(
                "fp32",
                new ModelContents(
                    ir,
                    Map.of("ai.onnx", opset),
                    Map.of("ai.onnx:Gemm", 1),
                    1,
                    weights,
                    List.of(),
                    Map.of()),
                Optional.of(new Trial("1.29.0", CPU, outcome, "no", 1, 0, 0)))));
  }

  private static DeviceCapabilities machine(String runtime, String... providers) {
    return new DeviceCapabilities(
        runtime, List.of(providers), "amd64", Set.of("avx2"), 2, 1L << 30, Optional.empty());
  }

  private static Manifest manifest(List<Variant> variants) {
    List<Dimension> shape = List.of(Dimension.open("batch"), Dimension.of(2));
    return new Manifest(
        Manifest.FORMAT,
        "digits",
        List.of(TensorSpec.of("input", ElementType.FP32, shape)),
        List.of(TensorSpec.of("output", ElementType.FP32, shape)),
        variants,
        Lineage.UNKNOWN,
        CaptureDefault.NONE,
        Map.of());
  }
}
