package io.flotilla.conversion.report;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.conversion.variant.Rewrite;
import io.flotilla.conversion.variant.VariantKind;
import io.flotilla.conversion.variant.VariantMaker;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.inspect.OnnxInspector;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** Makes a variant, measures it against its original, and keeps it only if it is tolerable. */
public final class VariantBuilder {
  private final Accelerator accelerator;
  private final LongSupplier nanos;

  /**
   * A builder that measures on this machine's CPU.
   *
   * @throws FlotillaException as {@link OnnxAccelerators#cpu()}
   */
  public VariantBuilder() {
    this(OnnxAccelerators.cpu(), System::nanoTime);
  }

  VariantBuilder(Accelerator accelerator, LongSupplier nanos) {
    this.accelerator = accelerator;
    this.nanos = nanos;
  }

  /**
   * Builds a variant. On any failure no file is left, and one that was there before stays.
   *
   * @param original the model to make it of
   * @param out the file to write; one that exists is replaced; not the original itself
   * @param samples what to compare the two on
   * @param tolerance how far they may be apart; see {@link Tolerance#defaultFor}
   * @return the measurements
   * @throws IntolerableVariantException {@code CONVERSION_INTOLERABLE}: beyond tolerance
   * @throws FlotillaException
   *     <ul>
   *       <li>as {@link VariantMaker#make}
   *       <li>{@code CONVERSION_FAILED}: the variant does not load or run, or gives other outputs
   *       <li>{@code INPUT_INVALID}: the rows or labels are not what the model takes; it does not
   *           run on random rows; both paths are one file
   *       <li>as {@link Accelerator#load}, of the original
   *       <li>{@code DISK_FULL}, {@code STORAGE_FAILED}
   *     </ul>
   */
  public VariantReport build(
      Path original, VariantKind kind, Path out, SampleRows samples, Tolerance tolerance) {
    try {
      if (Files.exists(out) && Files.isSameFile(original, out)) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID, "a variant cannot replace its original " + original);
      }
      Path candidate = Files.createTempFile(DurableFiles.parentOf(out), ".variant-", ".onnx");
      try {
        Rewrite rewrite = VariantMaker.make(original, kind, candidate);
        VariantReport report = measure(original, candidate, samples, kind, rewrite);
        VariantJudge.require(report, tolerance);
        DurableFiles.moveIntoPlace(candidate, out);
        return report;
      } finally {
        Files.deleteIfExists(candidate);
      }
    } catch (IOException e) {
      throw StorageFailures.of("write the variant to " + out, e);
    }
  }

  private VariantReport measure(
      Path original, Path candidate, SampleRows samples, VariantKind kind, Rewrite rewrite)
      throws IOException {
    Change size = new Change(size(original), size(candidate));
    try (LoadedModel before = accelerator.load(original, LoadOptions.DEFAULT);
        LoadedModel after = loadVariant(candidate, kind)) {
      Comparison.Outcome outcome = new Comparison(before, after, nanos).on(samples);
      return new VariantReport(
          kind,
          rewrite,
          size,
          outcome.p50Micros(),
          outcome.samples(),
          outcome.outputs(),
          outcome.accuracy(),
          "ONNX Runtime %s %s"
              .formatted(accelerator.info().runtimeVersion(), accelerator.info().kind()));
    }
  }

  private LoadedModel loadVariant(Path candidate, VariantKind kind) {
    try {
      return accelerator.load(candidate, LoadOptions.DEFAULT);
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.CONVERSION_FAILED,
          "the runtime does not take the %s variant: %s".formatted(kind.label(), e.getMessage()),
          e);
    }
  }

  private static double size(Path model) throws IOException {
    long bytes = Files.size(model);
    for (String file : OnnxInspector.inspect(model).externalData()) {
      bytes += Files.size(model.resolveSibling(file));
    }
    return bytes;
  }
}
