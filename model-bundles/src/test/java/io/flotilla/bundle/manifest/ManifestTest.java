package io.flotilla.bundle.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import io.flotilla.bundle.fixture.SmallBundle;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final Variant ANY =
      new Variant("any", "models/any.onnx", 6, Map.of("", 13L), List.of(), 10);
  private static final Variant GPU =
      new Variant("gpu", "models/gpu.onnx", 6, Map.of("", 13L), List.of("CUDA"), 10);

  @Test
  void choosesTheFirstVariantThatTheProviderMayRun() {
    Manifest manifest = withVariants(List.of(GPU, ANY));
    assertThat(manifest.variantFor("CUDA")).contains(GPU);
    assertThat(manifest.variantFor("CPU")).contains(ANY);
    assertThat(withVariants(List.of(GPU)).variantFor("CPU")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Digits", "-digits", "a b", "../up", "dìgits"})
  void refusesNamesThatAreNone(String name) {
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> SmallBundle.manifest(name));
  }

  @Test
  void refusesAnotherFormat() {
    Manifest m = SmallBundle.manifest("digits");
    Refusal.of(
        ErrorCode.MANIFEST_INVALID,
        () ->
            new Manifest(
                2,
                m.name(),
                m.inputs(),
                m.outputs(),
                m.variants(),
                m.lineage(),
                m.capture(),
                m.properties()));
  }

  @Test
  void refusesEmptyAndRepeatedParts() {
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> withVariants(List.of()));
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> withVariants(List.of(ANY, ANY)));
  }

  @Test
  void refusesVariantsOutsideOfTheModelsFolder() {
    Refusal.of(
        ErrorCode.MANIFEST_INVALID,
        () -> new Variant("a", "assets/a.onnx", 6, Map.of("", 13L), List.of(), 1));
    Refusal.of(
        ErrorCode.BUNDLE_PATH_UNSAFE,
        () -> new Variant("a", "models/../../a", 6, Map.of("", 13L), List.of(), 1));
  }

  @Test
  void refusesVariantsWithoutNumbers() {
    Refusal.of(
        ErrorCode.MANIFEST_INVALID,
        () -> new Variant("a", "models/a", 0, Map.of("", 13L), List.of(), 1));
    Refusal.of(
        ErrorCode.MANIFEST_INVALID, () -> new Variant("a", "models/a", 6, Map.of(), List.of(), 1));
    Refusal.of(
        ErrorCode.MANIFEST_INVALID,
        () -> new Variant("a", "models/a", 6, Map.of("", 0L), List.of(), 1));
    Refusal.of(
        ErrorCode.MANIFEST_INVALID,
        () -> new Variant("a", "models/a", 6, Map.of("", 13L), List.of(), 0));
  }

  @Test
  void dimensionsAreFixedOrOpen() {
    assertThat(Dimension.of(3).admits(3)).isTrue();
    assertThat(Dimension.of(3).admits(4)).isFalse();
    assertThat(Dimension.open("batch").admits(0)).isTrue();
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> new Dimension("", OptionalLong.empty()));
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> new Dimension("batch", OptionalLong.of(1)));
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> Dimension.of(-1));
  }

  @Test
  void specsAdmitTensorsOfTheirTypeAndShape() {
    TensorSpec spec =
        TensorSpec.of("x", ElementType.FP32, List.of(Dimension.open("batch"), Dimension.of(2)));
    assertThat(spec.admits(Tensor.ofFloats(List.of(1L, 2L), 1, 2))).isTrue();
    assertThat(spec.admits(Tensor.ofFloats(List.of(2L, 1L), 1, 2))).isFalse();
    assertThat(spec.admits(Tensor.ofFloats(List.of(2L), 1, 2))).isFalse();
    assertThat(spec.admits(Tensor.ofLongs(List.of(1L, 2L), 1, 2))).isFalse();
  }

  @Test
  void refusesRepeatedCategories() {
    TensorSpec spec = TensorSpec.of("x", ElementType.FP32, List.of());
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> spec.withCategories(List.of("a", "a")));
  }

  @Test
  void rangesAndRatesAreChecked() {
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> new Range(1, 0));
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> new Range(Double.NaN, 0));
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> new CaptureDefault(1.5, 200));
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> new CaptureDefault(Double.NaN, 200));
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> new CaptureDefault(0, 0));
    assertThat(new Range(0, 16).contains(16)).isTrue();
    assertThat(new Range(0, 16).contains(Double.NaN)).isFalse();
  }

  @Test
  void lineageNamesAWholeCommit() {
    Refusal.of(
        ErrorCode.MANIFEST_INVALID,
        () -> new Lineage(Optional.of("HEAD"), false, List.of(), Optional.empty()));
    assertThat(Lineage.UNKNOWN.datasets()).isEmpty();
  }

  @Test
  void lineageKeepsNoCredentials() {
    Map.of(
            "https://ada:secret@git.example/a.git", "https://git.example/a.git",
            "https://token@git.example/a.git", "https://git.example/a.git",
            "https://git.example/a.git?access_token=x#y", "https://git.example/a.git",
            "ssh://git@git.example:2222/a.git", "ssh://git.example:2222/a.git",
            "https://a:b@c@git.example/x@y", "https://git.example/x@y",
            "git@git.example:vision/a.git", "git@git.example:vision/a.git",
            "ada:secret@git.example:a.git", "git.example:a.git",
            "/srv/git/a.git", "/srv/git/a.git")
        .forEach(
            (told, kept) -> assertThat(origin("main", told).gitRemote()).as(told).contains(kept));
    Refusal.of(
        ErrorCode.MANIFEST_INVALID,
        () ->
            new Lineage(
                Optional.empty(),
                false,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of("https://ada:secret@git.example/a.git")));
  }

  @Test
  void lineageBoundsBranchAndRemote() {
    String most = "b".repeat(Lineage.MAX_BRANCH_CHARS);
    assertThat(origin(most, "r").gitBranch()).contains(most);
    assertThat(origin(most + "b", "r").gitBranch()).isEmpty();
    assertThat(origin("a\nb", "r".repeat(Lineage.MAX_REMOTE_CHARS + 1))).isEqualTo(Lineage.UNKNOWN);
    Refusal.of(
        ErrorCode.MANIFEST_INVALID,
        () ->
            new Lineage(
                Optional.empty(),
                false,
                List.of(),
                Optional.empty(),
                Optional.of(""),
                Optional.empty()));
  }

  private static Lineage origin(String branch, String remote) {
    return Lineage.UNKNOWN.withOrigin(Optional.of(branch), Optional.of(remote));
  }

  private static Manifest withVariants(List<Variant> variants) {
    Manifest m = SmallBundle.manifest("digits");
    return new Manifest(
        Manifest.FORMAT,
        m.name(),
        m.inputs(),
        m.outputs(),
        variants,
        m.lineage(),
        m.capture(),
        m.properties());
  }
}
