package io.flotilla.hardware;

import io.flotilla.bundle.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * A model that is ready to score. Thread-safe. Closing it lets runs under way finish, closes its
 * {@link PinnedRun}s, and frees native memory when the last of them has ended; closing twice is
 * harmless.
 */
public interface LoadedModel extends AutoCloseable {
  /** The inputs, in the model's order. */
  List<ModelTensor> inputs();

  /** The outputs, in the model's order. */
  List<ModelTensor> outputs();

  /**
   * Scores once. Several threads may call it at the same time.
   *
   * @param inputs one tensor per model input, with its type and a shape that fits
   * @return one tensor per model output, in the model's order, on the heap and the caller's own
   * @throws io.flotilla.bundle.failure.FlotillaException {@code INPUT_INVALID} if a name, type,
   *     shape or value is not what the model takes, saying what was expected; {@code
   *     SCORING_FAILED} if the runtime failed
   * @throws IllegalStateException if the model is closed
   */
  Map<String, Tensor> run(Map<String, Tensor> inputs);

  /**
   * Fixes the input shapes and lays out all buffers once, for many runs without copying. Runs the
   * model once on zeros to learn the output shapes: a model whose output shapes depend on the
   * values of its inputs cannot be pinned.
   *
   * @param inputShapes one shape per model input
   * @return the run, to be closed by the caller or with the model
   * @throws io.flotilla.bundle.failure.FlotillaException {@code INPUT_INVALID} if a name or shape
   *     is not what the model takes; {@code SCORING_FAILED} if the run on zeros fails
   * @throws IllegalStateException if the model is closed
   */
  PinnedRun pin(Map<String, List<Long>> inputShapes);

  /** Lets go of the model. */
  @Override
  void close();
}
