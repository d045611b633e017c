package io.flotilla.cli.bundles;

import io.flotilla.bundle.codec.GoldenCodec;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.golden.Deviation;
import io.flotilla.bundle.golden.GoldenCase;
import io.flotilla.bundle.golden.GoldenVectors;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.cli.files.SmallFile;
import io.flotilla.cli.rows.RowLayout;
import io.flotilla.cli.rows.RowReader;
import io.flotilla.hardware.LoadedModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Golden vectors for a model: given ones checked, others made by running it. */
final class GoldenMaker {
  /** Most rows of a CSV that become golden cases. */
  static final int MAX_ROWS = 16;

  private static final int MAX_GOLDEN_BYTES = 64 << 20;

  /** Room for other accelerators: simulated ones round to 2⁻¹¹, relative or absolute. */
  private static final double TOLERANCE = 1e-3;

  private final LoadedModel model;
  private final RowLayout layout;

  GoldenMaker(LoadedModel model, RowLayout layout) {
    this.model = model;
    this.layout = layout;
  }

  /**
   * Reads golden vectors and runs them.
   *
   * @throws FlotillaException {@code GOLDEN_VECTORS_MISSING} if there is no case in them, {@code
   *     GOLDEN_VECTORS_FAILED} if the model's outputs differ
   */
  GoldenVectors given(Path file) throws IOException {
    GoldenVectors vectors = GoldenCodec.decode(SmallFile.bytes(file, MAX_GOLDEN_BYTES));
    if (vectors.cases().isEmpty()) {
      throw new FlotillaException(
          ErrorCode.GOLDEN_VECTORS_MISSING, file + " has no golden case in it");
    }
    for (GoldenCase one : vectors.cases()) {
      Optional<Deviation> deviation = one.firstDeviation(model.run(one.inputs()));
      if (deviation.isPresent()) {
        throw new FlotillaException(ErrorCode.GOLDEN_VECTORS_FAILED, deviation.get().describe());
      }
    }
    return vectors;
  }

  /**
   * Runs the first rows of a CSV.
   *
   * @throws FlotillaException {@code GOLDEN_VECTORS_MISSING} if it has no row, {@code
   *     INPUT_INVALID} if a row does not fit the model
   */
  GoldenVectors fromRows(Path csv) throws IOException {
    List<GoldenCase> cases = new ArrayList<>();
    try (RowReader rows = RowReader.open(csv, InputStream.nullInputStream())) {
      Optional<double[]> row = rows.next();
      while (row.isPresent() && cases.size() < MAX_ROWS) {
        cases.add(run("row-" + (cases.size() + 1), row.get()));
        row = rows.next();
      }
    }
    if (cases.isEmpty()) {
      throw new FlotillaException(ErrorCode.GOLDEN_VECTORS_MISSING, csv + " has no row in it");
    }
    return new GoldenVectors(cases);
  }

  /** Runs inputs that fit every type: all 0, all 1, and 0 and 1 in turn. */
  GoldenVectors madeUp() {
    int columns = layout.columns();
    double[] ones = new double[columns];
    Arrays.fill(ones, 1);
    double[] turns = new double[columns];
    Arrays.setAll(turns, i -> i % 2);
    try {
      return new GoldenVectors(
          List.of(run("zeros", new double[columns]), run("ones", ones), run("turns", turns)));
    } catch (FlotillaException e) {
      throw new FlotillaException(
          e.code(),
          "the model does not take made-up inputs, so give real ones with --golden-from-csv or"
              + " --golden: "
              + e.getMessage(),
          e);
    }
  }

  private GoldenCase run(String name, double[] row) {
    Map<String, Tensor> inputs = layout.tensors(row);
    return new GoldenCase(name, inputs, model.run(inputs), TOLERANCE, TOLERANCE);
  }
}
