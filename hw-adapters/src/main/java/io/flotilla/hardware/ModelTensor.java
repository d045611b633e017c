package io.flotilla.hardware;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import java.util.List;
import java.util.Objects;

/**
 * An input or output as the model file declares it.
 *
 * @param name the name that runs use
 * @param type element type
 * @param shape dimensions, outermost first; empty for a scalar, and where the file says nothing
 *     about the shape
 */
public record ModelTensor(String name, ElementType type, List<Dimension> shape) {
  private static final int MAX_SYMBOL_CHARS = 64;

  /** Copies the shape. */
  public ModelTensor {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    shape = List.copyOf(shape);
  }

  /**
   * A dimension as ONNX declares it.
   *
   * @param length length of a fixed one, negative for an open one
   * @param symbol name of an open one; empty if it has none, and then {@code ?}
   * @throws FlotillaException {@code MODEL_UNSUPPORTED} if the length is over {@link
   *     Tensor#MAX_ELEMENTS}
   */
  public static Dimension dimension(long length, String symbol) {
    if (length > Tensor.MAX_ELEMENTS) {
      throw new FlotillaException(
          ErrorCode.MODEL_UNSUPPORTED,
          "an input or output of the model is %d long, and a tensor has at most %d elements"
              .formatted(length, Tensor.MAX_ELEMENTS));
    }
    if (length >= 0) {
      return Dimension.of(length);
    }
    String plain = symbol.replaceAll("\\p{Cntrl}", "?");
    return Dimension.open(
        plain.isEmpty() ? "?" : plain.substring(0, Math.min(plain.length(), MAX_SYMBOL_CHARS)));
  }

  /** Whether a run may use this shape; a tensor of undeclared shape admits all. */
  public boolean admits(List<Long> actual) {
    if (shape.isEmpty()) {
      return true;
    }
    if (actual.size() != shape.size()) {
      return false;
    }
    for (int i = 0; i < shape.size(); i++) {
      if (!shape.get(i).admits(actual.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Name, type and shape, as in {@code input FP32[batch, 64]}. */
  @Override
  public String toString() {
    return name + " " + type + shape;
  }
}
