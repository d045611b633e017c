package io.flotilla.bundle.manifest;

import io.flotilla.bundle.failure.Printable;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * An input or output of a model.
 *
 * @param name name of the tensor in the model file, 1 to 256 characters
 * @param type element type
 * @param shape dimensions, outermost first, at most 8; empty for a scalar
 * @param unit unit of the values, as in {@code °C}
 * @param meaning what the values are, for people
 * @param range values that make sense
 * @param categories labels of an output in the order of their index, distinct; empty if it has none
 */
public record TensorSpec(
    String name,
    ElementType type,
    List<Dimension> shape,
    Optional<String> unit,
    Optional<String> meaning,
    Optional<Range> range,
    List<String> categories) {
  /** Most characters of a tensor's name. */
  public static final int MAX_NAME_CHARS = 256;

  /** Most dimensions of a tensor. */
  public static final int MAX_RANK = 8;

  /** Most categories of an output. */
  public static final int MAX_CATEGORIES = 65_536;

  /**
   * Checks sizes and repetitions.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code MANIFEST_INVALID} if the name is
   *     empty or too long, there are too many dimensions or categories, or a category repeats
   */
  public TensorSpec {
    shape = List.copyOf(shape);
    categories = List.copyOf(categories);
    Invalid.unless(
        !name.isEmpty() && name.length() <= MAX_NAME_CHARS,
        "a tensor needs a name of 1 to " + MAX_NAME_CHARS + " characters");
    Invalid.unless(
        shape.size() <= MAX_RANK,
        "the tensor %s has over %d dimensions".formatted(Printable.of(name), MAX_RANK));
    Invalid.unless(
        categories.size() <= MAX_CATEGORIES,
        "the tensor %s has over %d categories".formatted(Printable.of(name), MAX_CATEGORIES));
    Invalid.unless(
        new HashSet<>(categories).size() == categories.size(),
        "the tensor %s names a category twice".formatted(Printable.of(name)));
  }

  /** A tensor of which only name, type and shape are known. */
  public static TensorSpec of(String name, ElementType type, List<Dimension> shape) {
    return new TensorSpec(
        name, type, shape, Optional.empty(), Optional.empty(), Optional.empty(), List.of());
  }

  /** The same with labels for its indexes. */
  public TensorSpec withCategories(List<String> labels) {
    return new TensorSpec(name, type, shape, unit, meaning, range, labels);
  }

  /** Whether a tensor has this type and a shape that fits. */
  public boolean admits(Tensor tensor) {
    if (tensor.type() != type || tensor.shape().size() != shape.size()) {
      return false;
    }
    for (int i = 0; i < shape.size(); i++) {
      if (!shape.get(i).admits(tensor.shape().get(i))) {
        return false;
      }
    }
    return true;
  }
}
