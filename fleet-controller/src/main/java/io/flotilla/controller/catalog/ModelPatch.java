package io.flotilla.controller.catalog;

import io.flotilla.registry.model.Changes;
import java.util.Optional;

/**
 * What shall be different about a model; what is left out stays.
 *
 * @param description what it is
 * @param tags changes of its tags
 * @param reason why
 */
record ModelPatch(
    Optional<String> description, Optional<ValueChanges<String>> tags, Optional<String> reason) {
  Changes<String> tagChanges() {
    return ValueChanges.of(tags);
  }
}
