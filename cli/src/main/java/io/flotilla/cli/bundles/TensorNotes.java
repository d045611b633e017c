package io.flotilla.cli.bundles;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Range;
import io.flotilla.bundle.manifest.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a publisher knows of an input or output and the model file does not say.
 *
 * @param name name of the tensor in the model file
 * @param unit unit of the values
 * @param meaning what the values are, for people
 * @param range values that make sense
 * @param categories labels in the order of their indexes; empty if it has none
 */
public record TensorNotes(
    String name,
    Optional<String> unit,
    Optional<String> meaning,
    Optional<Range> range,
    List<String> categories) {
  /** Copies the list. */
  public TensorNotes {
    categories = List.copyOf(categories);
  }

  /**
   * The model's own tensors, completed by notes.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if there are notes on a tensor that the model
   *     does not have
   */
  static List<TensorSpec> complete(List<TensorSpec> tensors, List<TensorNotes> notes, String what) {
    Map<String, TensorNotes> left = new HashMap<>();
    notes.forEach(note -> left.put(note.name(), note));
    List<TensorSpec> complete = new ArrayList<>();
    for (TensorSpec tensor : tensors) {
      TensorNotes note = left.remove(tensor.name());
      complete.add(note == null ? tensor : note.on(tensor));
    }
    if (!left.isEmpty()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "the model has no %s %s; it has %s"
              .formatted(what, left.keySet(), tensors.stream().map(TensorSpec::name).toList()));
    }
    return complete;
  }

  private TensorSpec on(TensorSpec tensor) {
    return new TensorSpec(
        tensor.name(),
        tensor.type(),
        tensor.shape(),
        unit,
        meaning,
        range,
        categories.isEmpty() ? tensor.categories() : categories);
  }
}
