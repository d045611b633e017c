package io.flotilla.conversion.diff;

import java.util.Optional;

/**
 * Something that a model has one of and the other has otherwise, or not at all.
 *
 * @param what as in {@code IR version}, {@code opset of ai.onnx}, {@code input pixels}
 * @param before in the first model, if there
 * @param after in the second model, if there
 */
public record FieldChange(String what, Optional<String> before, Optional<String> after) {
  /** One sentence. */
  String words() {
    if (before.isEmpty()) {
      return "%s was added: %s.".formatted(what, after.orElseThrow());
    }
    return after.isEmpty()
        ? "%s was removed: %s.".formatted(what, before.get())
        : "%s changed from %s to %s.".formatted(what, before.get(), after.get());
  }
}
