package io.flotilla.hardware.inspect;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.ModelTensor;
import java.util.List;
import java.util.Optional;

/**
 * An input or output as the file declares it, whether or not tensors here can carry it.
 *
 * @param name the name that runs use
 * @param type its type in words: an element type for a dense tensor, as in {@code FP32}, {@code
 *     UINT16}, {@code FP8E4M3FN} or {@code STRING}; else {@code seq(FP32)}, {@code
 *     map(INT64,FP32)}, {@code optional(seq(FP32))}, {@code sparse(FP32)} or {@code opaque}
 * @param shape lengths or symbols, outermost first; {@code ?} for an open one without a name; empty
 *     for a scalar, for what is no tensor, and where the file says nothing about the shape
 * @param tensor the same as a tensor that can be carried; empty if it is none
 * @param obstacle why it cannot be carried, and what would help, as the end of a sentence that
 *     begins with its name; empty if it can
 */
public record DeclaredValue(
    String name,
    String type,
    List<String> shape,
    Optional<ModelTensor> tensor,
    Optional<String> obstacle) {
  /** Copies the shape and checks that exactly one of tensor and obstacle is there. */
  public DeclaredValue {
    shape = List.copyOf(shape);
    if (tensor.isPresent() == obstacle.isPresent()) {
      throw new IllegalArgumentException("a value either can be carried or has an obstacle");
    }
  }

  /**
   * The tensor.
   *
   * @param model the model's name in the sentence
   * @param role {@code input} or {@code output}
   * @throws FlotillaException {@code MODEL_UNSUPPORTED} if it cannot be carried
   */
  ModelTensor carried(String model, String role) {
    return tensor.orElseThrow(
        () ->
            new FlotillaException(
                ErrorCode.MODEL_UNSUPPORTED,
                "%s has the %s '%s', which %s"
                    .formatted(model, role, name, obstacle.orElse("cannot be carried"))));
  }

  /** Name, type and shape, as in {@code input FP32[batch, 64]}. */
  @Override
  public String toString() {
    return name + " " + type + shape;
  }
}
