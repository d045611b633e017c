package io.flotilla.controller.inspection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.CaptureDefault;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.controller.fleet.TestOnnx;
import io.flotilla.hardware.probe.ProbeLimits;
import io.flotilla.registry.model.Inspection;
import io.flotilla.registry.model.VariantInspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real models in real child processes. */
class ProbingInspectorTest {
  private static final ProbeLimits LIMITS = new ProbeLimits(Duration.ofSeconds(20), 512L << 20, 64);

  /** As many numbers as take twice the memory that there is. */
  private static final long TOO_MANY = 1L << 28;

  @TempDir Path folder;
  private ProbingInspector inspector;

  @BeforeEach
  void make() {
    inspector = new ProbingInspector(LIMITS, folder.resolve("probes"));
  }

  @Test
  void everyVariantIsReadAndTried() throws IOException {
    write("a", TestOnnx.identity("a"));
    write("b", TestOnnx.identity("b"));

    Inspection inspection = inspector.inspect(folder, manifest("a", "b"));

    assertThat(inspection.variants())
        .extracting(VariantInspection::variant)
        .containsExactly("a", "b");
    VariantInspection first = inspection.variants().getFirst();
    assertThat(first.contents().irVersion()).isEqualTo(6);
    assertThat(first.contents().opsets()).isEqualTo(Map.of("", 13L));
    assertThat(first.contents().operators()).isEqualTo(Map.of("Identity", 1));
    assertThat(first.contents().metadata()).containsEntry("author", "a test");
    assertThat(first.trial().orElseThrow().outcome()).isEqualTo("RAN");
    assertThat(first.trial().orElseThrow().message()).isEmpty();
    try (var left = Files.list(folder.resolve("probes"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aModelThatOutgrowsItsProcessTakesNobodyAlong() throws IOException {
    write("a", TestOnnx.filling(TOO_MANY));

    assertCode(ErrorCode.INSPECTION_FAILED, "a");

    write("a", TestOnnx.filling(1000));
    assertThat(inspector.inspect(folder, manifest("a")).variants()).hasSize(1);
  }

  @Test
  void whatIsNoOnnxIsRefusedBeforeItIsTried() throws IOException {
    write("a", new byte[] {1, 2, 3});
    assertCode(ErrorCode.MODEL_MALFORMED, "a");

    byte[] whole = TestOnnx.identity("a");
    write("a", Arrays.copyOf(whole, whole.length - 5));
    assertCode(ErrorCode.MODEL_MALFORMED, "a");
  }

  private void assertCode(ErrorCode code, String variant) {
    assertThatThrownBy(() -> inspector.inspect(folder, manifest(variant)))
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private void write(String variant, byte[] onnx) throws IOException {
    Files.createDirectories(folder.resolve("models"));
    Files.write(folder.resolve("models/" + variant + ".onnx"), onnx);
  }

  private static Manifest manifest(String... variants) {
    List<TensorSpec> row =
        List.of(
            TensorSpec.of(
                "input", ElementType.FP32, List.of(Dimension.open("batch"), Dimension.of(2))));
    return new Manifest(
        Manifest.FORMAT,
        "digits",
        row,
        row,
        Arrays.stream(variants)
            .map(id -> new Variant(id, "models/" + id + ".onnx", 6, Map.of("", 13L), List.of(), 1))
            .toList(),
        Lineage.UNKNOWN,
        CaptureDefault.NONE,
        Map.of());
  }
}
