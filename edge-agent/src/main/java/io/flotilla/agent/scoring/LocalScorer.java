package io.flotilla.agent.scoring;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.ModelTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Scores a bundle's folder or a bare model file on this machine with the agent's own code, for
 * local debugging and benchmarks. A folder is <em>not</em> verified: whoever runs this owns the
 * machine. Thread-safe, but for {@link #scoreRow}.
 */
public final class LocalScorer implements AutoCloseable {
  private final ModelRunner runner;
  private final Optional<Manifest> manifest;

  /** Null if nothing is recorded: then what it would get is not even made. */
  private final @Nullable Recorder recorder;

  private LocalScorer(
      ModelRunner runner, Optional<Manifest> manifest, @Nullable Recorder recorder) {
    this.runner = runner;
    this.manifest = manifest;
    this.recorder = recorder;
  }

  /**
   * Opens a bundle's folder or an ONNX file, recording nothing.
   *
   * @throws FlotillaException {@code FILE_MISSING}, {@code MANIFEST_INVALID}, {@code
   *     MODEL_UNSUPPORTED}, and as for {@link Accelerator#load}
   */
  public static LocalScorer open(Path bundleOrModel, Accelerator accelerator) {
    return make(bundleOrModel, accelerator, null);
  }

  /** The same with every {@link #score} recorded. */
  public static LocalScorer open(Path bundleOrModel, Accelerator accelerator, Recorder recorder) {
    return make(bundleOrModel, accelerator, recorder);
  }

  private static LocalScorer make(
      Path bundleOrModel, Accelerator accelerator, @Nullable Recorder recorder) {
    if (!Files.isDirectory(bundleOrModel)) {
      return new LocalScorer(
          ModelRunner.of(accelerator.load(bundleOrModel, LoadOptions.DEFAULT)),
          Optional.empty(),
          recorder);
    }
    if (!Files.exists(bundleOrModel.resolve(BundlePaths.MANIFEST))) {
      throw new FlotillaException(
          ErrorCode.FILE_MISSING,
          "%s is no bundle: it has no %s".formatted(bundleOrModel, BundlePaths.MANIFEST));
    }
    Manifest manifest = BundleVerifier.inspect(bundleOrModel).manifest();
    String provider = accelerator.info().provider();
    Variant variant =
        manifest
            .variantFor(provider)
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.MODEL_UNSUPPORTED,
                        "no variant of %s is for %s".formatted(manifest.name(), provider)));
    return new LocalScorer(
        ModelRunner.of(
            accelerator.load(bundleOrModel.resolve(variant.path()), LoadOptions.DEFAULT), manifest),
        Optional.of(manifest),
        recorder);
  }

  /**
   * Scores, as the agent does.
   *
   * @throws FlotillaException {@code INPUT_INVALID} or {@code SCORING_FAILED}
   */
  public Answer score(Map<String, Tensor> inputs) {
    Answer answer = runner.score(inputs);
    if (recorder != null) {
      recorder.record(runner.row(inputs), answer);
    }
    return answer;
  }

  /**
   * Scores one row without allocating or recording: see {@link ModelRunner#scoreRow}.
   *
   * @param row {@link #rowValues} values
   * @param output takes {@link #outputValues} values
   * @return index of the largest output value
   */
  public int scoreRow(float[] row, float[] output) {
    return runner.scoreRow(row, output);
  }

  /** Whether {@link #scoreRow} works for this model. */
  public boolean scoresRows() {
    return runner.scoresRows();
  }

  /** Values of one row. */
  public int rowValues() {
    return runner.rowValues();
  }

  /** Values of the first output for one row. */
  public int outputValues() {
    return runner.outputValues();
  }

  /** The inputs as the model file declares them. */
  public List<ModelTensor> inputs() {
    return runner.inputs();
  }

  /** The manifest, if a bundle was opened. */
  public Optional<Manifest> manifest() {
    return manifest;
  }

  @Override
  public void close() {
    runner.close();
  }
}
