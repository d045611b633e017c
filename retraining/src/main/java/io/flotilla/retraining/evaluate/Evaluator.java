package io.flotilla.retraining.evaluate;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.retraining.table.Table;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/** Scores models on tables, as devices would. Thread-safe. */
public final class Evaluator {
  private static final int BATCH_ROWS = 256;

  private final Accelerator accelerator;

  /** Scores on this accelerator. */
  public Evaluator(Accelerator accelerator) {
    this.accelerator = accelerator;
  }

  /**
   * Scores every row.
   *
   * @param table rows with a label each
   * @throws FlotillaException {@code DATASET_INVALID} if a row has no label; {@code INPUT_INVALID}
   *     if the model takes another number of features; {@code MANIFEST_INVALID} if its output is
   *     not one score per label; or as {@link Accelerator#load} and {@link LoadedModel#run} throw
   */
  public Figures evaluate(ServedModel served, Table table) {
    Tally tally = new Tally(served.labels());
    try (LoadedModel model = accelerator.load(served.onnx(), LoadOptions.DEFAULT)) {
      List<Table.Row> rows = table.rows();
      for (int from = 0; from < rows.size(); from += BATCH_ROWS) {
        List<Table.Row> batch = rows.subList(from, Math.min(rows.size(), from + BATCH_ROWS));
        score(model, served, table.features().size(), batch, tally);
      }
    }
    return tally.figures();
  }

  private static void score(
      LoadedModel model, ServedModel served, int features, List<Table.Row> batch, Tally tally) {
    float[] values = new float[batch.size() * features];
    for (int i = 0; i < batch.size(); i++) {
      if (batch.get(i).label().isEmpty()) {
        throw new FlotillaException(
            ErrorCode.DATASET_INVALID,
            "a row to evaluate on has no label: prepare the table first");
      }
      System.arraycopy(batch.get(i).values(), 0, values, i * features, features);
    }
    Tensor input = Tensor.ofFloats(List.of((long) batch.size(), (long) features), values);
    Tensor output = model.run(Map.of(served.input(), input)).get(served.output());
    List<Long> expected = List.of((long) batch.size(), (long) served.labels().size());
    if (output == null || output.type() != ElementType.FP32 || !output.shape().equals(expected)) {
      throw new FlotillaException(
          ErrorCode.MANIFEST_INVALID,
          "the model gives no output %s of shape %s".formatted(served.output(), expected));
    }
    FloatBuffer scores = output.floats();
    float[] row = new float[served.labels().size()];
    for (Table.Row scored : batch) {
      scores.get(row);
      tally.add(scored.label(), row);
    }
  }
}
