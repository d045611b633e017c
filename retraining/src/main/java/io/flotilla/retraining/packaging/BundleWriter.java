package io.flotilla.retraining.packaging;

import io.flotilla.bundle.codec.GoldenCodec;
import io.flotilla.bundle.codec.ManifestCodec;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.CaptureDefault;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.Range;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.hardware.inspect.OnnxFacts;
import io.flotilla.hardware.inspect.OnnxInspector;
import io.flotilla.retraining.pipeline.Step;
import io.flotilla.retraining.train.LinearModel;
import io.flotilla.retraining.train.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes unsigned bundle directories; the same content gives the same bytes. */
public final class BundleWriter {
  private static final String MODEL_PATH = BundlePaths.MODELS + "model.onnx";
  private static final String ONNX_DOMAIN = "ai.onnx";
  private static final String BATCH = "batch";

  private BundleWriter() {}

  /**
   * Writes a bundle.
   *
   * @param content what to write
   * @param step the package step with its parameters
   * @param directory does not exist yet
   * @throws FlotillaException {@code DATASET_INVALID} if a table's features are not the model's;
   *     {@code PIPELINE_INVALID} if a parameter of the step makes no sense; {@code DISK_FULL},
   *     {@code STORAGE_FAILED}
   */
  public static void write(BundleContent content, Step step, Path directory) {
    byte[] golden = GoldenCodec.encode(GoldenMaker.of(content, step.whole("golden-cases")));
    byte[] baseline =
        DriftCodec.encode(
            BaselineMaker.of(content, step.whole("window-rows"), step.whole("min-cohort-rows")));
    byte[] manifest = ManifestCodec.encode(manifest(content, step));
    try {
      Files.createDirectories(directory.resolve(BundlePaths.MODELS));
      Path goldenFile = directory.resolve(BundlePaths.GOLDEN_VECTORS);
      Files.createDirectories(Objects.requireNonNull(goldenFile.getParent()));
      Files.copy(content.onnx(), directory.resolve(MODEL_PATH));
      Files.write(goldenFile, golden);
      Files.write(directory.resolve(BundlePaths.BASELINE), baseline);
      Files.write(directory.resolve(BundlePaths.MANIFEST), manifest);
    } catch (IOException e) {
      throw StorageFailures.of("write the bundle", e);
    }
  }

  private static Manifest manifest(BundleContent content, Step step) {
    LinearModel model = content.model();
    TensorSpec input =
        new TensorSpec(
            TrainedModel.INPUT,
            ElementType.FP32,
            List.of(Dimension.open(BATCH), Dimension.of(model.features().size())),
            text(step, "input-unit"),
            text(step, "input-meaning"),
            range(step),
            List.of());
    TensorSpec output =
        new TensorSpec(
            TrainedModel.OUTPUT,
            ElementType.FP32,
            List.of(Dimension.open(BATCH), Dimension.of(model.labels().size())),
            Optional.empty(),
            Optional.of("score of each category; they add up to 1"),
            Optional.of(new Range(0, 1)),
            model.labels());
    return new Manifest(
        Manifest.FORMAT,
        content.name(),
        List.of(input),
        List.of(output),
        List.of(variant(content.onnx())),
        content.lineage(),
        new CaptureDefault(step.decimal("capture-rate"), step.whole("window-rows")),
        Map.of("task", "classification"));
  }

  /** The bundle's default domain is the empty text, where the inspector spells it out. */
  private static Variant variant(Path onnx) {
    OnnxFacts facts = OnnxInspector.inspect(onnx);
    Map<String, Long> opsets =
        facts.opsets().entrySet().stream()
            .collect(
                Collectors.toMap(
                    e -> e.getKey().equals(ONNX_DOMAIN) ? "" : e.getKey(), Map.Entry::getValue));
    return new Variant("fp32", MODEL_PATH, facts.irVersion(), opsets, List.of(), facts.sizeBytes());
  }

  private static Optional<String> text(Step step, String parameter) {
    String value = step.text(parameter);
    return value.isEmpty() ? Optional.empty() : Optional.of(value);
  }

  private static Optional<Range> range(Step step) {
    String min = step.text("input-min");
    String max = step.text("input-max");
    if (min.isEmpty() && max.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Range(Double.parseDouble(min), Double.parseDouble(max)));
    } catch (NumberFormatException e) {
      throw new FlotillaException(
          ErrorCode.PIPELINE_INVALID,
          "step %s: input-min and input-max must both be numbers".formatted(step.id()),
          e);
    }
  }
}
