package io.flotilla.controller.catalog;

import io.flotilla.registry.model.Annotation;
import java.util.Optional;

/**
 * What shall be different about a version; what is left out stays.
 *
 * @param tags changes of its tags
 * @param metrics changes of its metrics
 * @param reason why
 */
record VersionPatch(
    Optional<ValueChanges<String>> tags,
    Optional<ValueChanges<Double>> metrics,
    Optional<String> reason) {
  Annotation annotation() {
    return new Annotation(ValueChanges.of(tags), ValueChanges.of(metrics));
  }
}
