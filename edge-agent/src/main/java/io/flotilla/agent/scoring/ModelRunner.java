package io.flotilla.agent.scoring;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.ModelTensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One loaded model with both ways to score it: the hot path in pinned buffers for single rows of a
 * model that allows it, the general path for everything else and for a second thread at the same
 * time. Thread-safe. Closing it closes the model, which lets runs under way finish.
 */
public final class ModelRunner implements AutoCloseable {
  private final LoadedModel model;
  private final @Nullable HotPath hot;
  private final String firstOutput;
  private final @Nullable String labelled;
  private final List<String> categories;

  private ModelRunner(LoadedModel model, @Nullable TensorSpec labelledOutput) {
    this.model = model;
    this.firstOutput = model.outputs().getFirst().name();
    this.labelled = labelledOutput == null ? null : labelledOutput.name();
    this.categories = labelledOutput == null ? List.of() : labelledOutput.categories();
    this.hot = HotPath.pin(model);
  }

  /** Takes over a loaded model whose outputs mean what a manifest says. */
  public static ModelRunner of(LoadedModel model, Manifest manifest) {
    TensorSpec labelled = null;
    for (TensorSpec output : manifest.outputs()) {
      boolean real =
          model.outputs().stream()
              .anyMatch(o -> o.name().equals(output.name()) && o.type() == ElementType.FP32);
      if (labelled == null && real && !output.categories().isEmpty()) {
        labelled = output;
      }
    }
    return new ModelRunner(model, labelled);
  }

  /** Takes over a loaded model of which only its file is known: no categories. */
  public static ModelRunner of(LoadedModel model) {
    return new ModelRunner(model, null);
  }

  /**
   * Scores.
   *
   * @param inputs one tensor per model input
   * @throws FlotillaException {@code INPUT_INVALID} if an input is not what the model takes, saying
   *     what was expected; {@code SCORING_FAILED} if the runtime failed
   */
  public Answer score(Map<String, Tensor> inputs) {
    if (hot != null && hot.fits(inputs) && hot.tryEnter()) {
      try {
        return answer(hot.run(inputs));
      } finally {
        hot.leave();
      }
    }
    return answer(model.run(inputs));
  }

  /**
   * Scores one row without allocating: the bare hot path.
   *
   * @param row values of the only input
   * @param output takes the values of the first output
   * @return index of the most likely category, or of the largest value if there are none
   * @throws FlotillaException as for {@link #score}
   * @throws IllegalStateException if {@link #scoresRows} is false, a size is wrong, or another
   *     thread is scoring
   */
  public int scoreRow(float[] row, float[] output) {
    if (hot == null || !hot.tryEnter()) {
      throw new IllegalStateException("this model does not score rows, or is busy scoring one");
    }
    try {
      hot.run(row, output);
    } finally {
      hot.leave();
    }
    return largest(output);
  }

  /** Whether {@link #scoreRow} works: one FP32 input, batch 1, and an FP32 first output. */
  public boolean scoresRows() {
    return hot != null && hot.takesRows();
  }

  /** Values of one row; see {@link #scoresRows}. */
  public int rowValues() {
    return hot == null ? 0 : hot.rowValues();
  }

  /** Values of the first output for one row; see {@link #scoresRows}. */
  public int outputValues() {
    return hot == null ? 0 : hot.outputValues();
  }

  /** The values of an input if the model has just one, of FP32: what is captured and counted. */
  public Optional<FloatBuffer> row(Map<String, Tensor> inputs) {
    if (model.inputs().size() != 1 || model.inputs().getFirst().type() != ElementType.FP32) {
      return Optional.empty();
    }
    Tensor only = inputs.get(model.inputs().getFirst().name());
    return only == null || only.type() != ElementType.FP32
        ? Optional.empty()
        : Optional.of(only.floats());
  }

  /** Names of the categories by index; empty if the model has none. */
  public List<String> categories() {
    return categories;
  }

  /** The inputs as the model file declares them. */
  public List<ModelTensor> inputs() {
    return model.inputs();
  }

  @Override
  public void close() {
    model.close();
  }

  private Answer answer(Map<String, Tensor> outputs) {
    Tensor judged = labelled == null ? null : outputs.get(labelled);
    if (judged != null && judged.data().remaining() == categories.size() * Float.BYTES) {
      FloatBuffer values = judged.floats();
      int category = largest(values);
      return new Answer(
          outputs,
          OptionalInt.of(category),
          Optional.of(categories.get(category)),
          values.get(category));
    }
    return new Answer(outputs, OptionalInt.empty(), Optional.empty(), firstValue(outputs));
  }

  private float firstValue(Map<String, Tensor> outputs) {
    Tensor first = outputs.get(firstOutput);
    if (first == null || !first.data().hasRemaining()) {
      return Float.NaN;
    }
    ByteBuffer bytes = first.data(); // little-endian, read at places: needs no view of its own
    return switch (first.type()) {
      case BOOL, INT8 -> bytes.get(0);
      case UINT8 -> Byte.toUnsignedInt(bytes.get(0));
      case INT16 -> bytes.getShort(0);
      case INT32 -> bytes.getInt(0);
      case INT64 -> bytes.getLong(0);
      case FP32 -> bytes.getFloat(0);
      case FP64 -> (float) bytes.getDouble(0);
    };
  }

  /** Index of the first of the largest values; NaN is never the largest. */
  private static int largest(FloatBuffer values) {
    int best = 0;
    float most = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < values.limit(); i++) {
      float value = values.get(i);
      if (value > most) {
        most = value;
        best = i;
      }
    }
    return best;
  }

  private static int largest(float[] values) {
    int best = 0;
    float most = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < values.length; i++) {
      if (values[i] > most) {
        most = values[i];
        best = i;
      }
    }
    return best;
  }
}
