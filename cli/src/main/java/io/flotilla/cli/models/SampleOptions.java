package io.flotilla.cli.models;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.cli.rows.RowLayout;
import io.flotilla.cli.rows.RowReader;
import io.flotilla.conversion.report.Labels;
import io.flotilla.conversion.report.SampleRows;
import io.flotilla.conversion.report.Tolerance;
import io.flotilla.conversion.variant.VariantKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a variant is compared on, and how far it may be off. */
final class SampleOptions {
  private static final long SEED = 42;
  private static final int RANDOM_ROWS = 100;

  @Option(
      names = "--rows",
      paramLabel = "FILE",
      description = {
        "Real rows to compare on, CSV as for 'score'; with a label column accuracy is measured too.",
        "Default: 100 rows of seeded random numbers."
      })
  private @Nullable Path rows;

  @Option(
      names = "--max-difference",
      paramLabel = "X",
      description = "Largest difference allowed of any output value; default depends on the kind.")
  private @Nullable Double maxDifference;

  @Option(
      names = "--mean-difference",
      paramLabel = "X",
      description = "Largest mean difference allowed of any output.")
  private @Nullable Double meanDifference;

  @Option(
      names = "--accuracy-drop",
      paramLabel = "SHARE",
      description = "How much accuracy may be lost on labelled rows, 0 to 1.")
  private @Nullable Double accuracyDrop;

  /** The tolerance for a kind, with what was asked for. */
  Tolerance tolerance(VariantKind kind) {
    Tolerance usual = Tolerance.defaultFor(kind);
    return new Tolerance(
        maxDifference == null ? usual.maxAbsolute() : maxDifference,
        meanDifference == null ? usual.meanAbsolute() : meanDifference,
        accuracyDrop == null ? usual.accuracyDrop() : accuracyDrop);
  }

  /**
   * The rows, for a model of this manifest.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if a row does not fit or a label is none of the
   *     model's categories
   */
  SampleRows rows(Manifest manifest) throws IOException {
    if (rows == null) {
      return new SampleRows.Seeded(SEED, RANDOM_ROWS);
    }
    RowLayout layout = new RowLayout(manifest.inputs());
    List<Map<String, Tensor>> tensors = new ArrayList<>();
    List<Long> labels = new ArrayList<>();
    TensorSpec judged = manifest.outputs().getFirst();
    try (RowReader reader = RowReader.open(rows, InputStream.nullInputStream())) {
      for (Optional<double[]> row = reader.next();
          row.isPresent() && tensors.size() < SampleRows.MAX_ROWS;
          row = reader.next()) {
        tensors.add(layout.tensors(row.get()));
        reader.label().ifPresent(label -> labels.add(index(judged, label)));
      }
    }
    return new SampleRows.Given(
        tensors,
        labels.isEmpty() ? Optional.empty() : Optional.of(new Labels(judged.name(), labels)));
  }

  private static long index(TensorSpec output, String label) {
    int index = output.categories().indexOf(label);
    if (index >= 0) {
      return index;
    }
    if (output.categories().isEmpty() && label.matches("[0-9]{1,9}")) {
      return Long.parseLong(label);
    }
    throw new FlotillaException(
        ErrorCode.INPUT_INVALID,
        "the label %s is none of the categories of %s".formatted(label, output.name()));
  }
}
