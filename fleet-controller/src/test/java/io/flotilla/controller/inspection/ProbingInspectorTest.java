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
import io.flotilla.hardware.inspect.OnnxInspector;
import io.flotilla.hardware.probe.ProbeLimits;
import io.flotilla.registry.model.Inspection;
import io.flotilla.registry.model.Trial;
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

  @Test
  void aFileCountsOnceForTheMemoryOfATryHoweverOftenItIsNamed() throws IOException {
    Path model = folder.resolve("models/a.onnx");
    write("a", TestOnnx.keepingWeightsIn("big.bin", "a.onnx", "big.bin"));
    Files.write(folder.resolve("models/big.bin"), new byte[5000]);

    assertThat(ProbingInspector.bytes(model, OnnxInspector.read(model)))
        .isEqualTo(Files.size(model) + 5000);

    write("a", TestOnnx.keepingWeightsIn("big.bin", "./big.bin"));
    assertCode(ErrorCode.MODEL_MALFORMED, "a");
  }

  @Test
  void aModelThatHangsIsKilledWhenItsTimeIsOver() throws IOException {
    inspector =
        new ProbingInspector(
            new ProbeLimits(Duration.ofMillis(ProbingLane.BRIEF_MILLIS + 1_000), 512L << 20, 64),
            folder.resolve("probes"));
    write("a", TestOnnx.endless("a"));

    assertCode(ErrorCode.INSPECTION_FAILED, "a");
  }

  @Test
  void aModelThatTakesLongIsTriedToItsEnd() throws IOException {
    long times = timesFor(Duration.ofMillis(2 * ProbingLane.BRIEF_MILLIS));
    write("a", TestOnnx.looping(times, "a"));

    for (int i = 0; i < 2; i++) {
      Trial trial = tried("a");
      assertThat(trial.outcome()).isEqualTo("RAN");
      assertThat(trial.runMillis()).isGreaterThan(ProbingLane.BRIEF_MILLIS);
    }
  }

  @Test
  void allVariantsOfABundleShareItsTime() throws IOException {
    long times = timesFor(Duration.ofMillis(700));
    for (String variant : List.of("a", "b", "c", "d", "e")) {
      write(variant, TestOnnx.looping(times, variant));
    }
    Trial one = tried("a");
    Duration threefold = Duration.ofMillis((long) (3 * (one.loadMillis() + one.runMillis())));
    inspector =
        new ProbingInspector(new ProbeLimits(threefold, 512L << 20, 64), folder.resolve("probes"));

    assertThat(inspector.inspect(folder, manifest("a")).variants()).hasSize(1);
    assertThatThrownBy(() -> inspector.inspect(folder, manifest("a", "b", "c", "d", "e")))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INSPECTION_FAILED));
  }

  /** How often a loop has to go round to take about this long on this machine. */
  private long timesFor(Duration wanted) throws IOException {
    long times = 200_000;
    write("measured", TestOnnx.looping(times, "measured"));
    return (long) (times * wanted.toMillis() / tried("measured").runMillis());
  }

  private Trial tried(String variant) {
    return inspector.inspect(folder, manifest(variant)).variants().getFirst().trial().orElseThrow();
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
