package io.flotilla.controller.conversion;

import io.flotilla.registry.name.Names;
import java.util.Optional;

/**
 * An attempt to make a model of another trainer's files, of which nothing came: there is no version
 * that it could belong to.
 *
 * @param kind how, as in {@link NewConversion}
 * @param failure why nothing came of it
 * @param reason why it was tried, for the audit entry
 */
record FailedConversion(String kind, NewConversion.Failure failure, Optional<String> reason) {
  /**
   * Checks kind and reason.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code INPUT_INVALID}
   */
  FailedConversion {
    NewConversion.requireKind(kind);
    reason.ifPresent(Names::requireReason);
  }

  NewConversion conversion() {
    return new NewConversion(
        kind, false, Optional.empty(), Optional.of(failure), Optional.empty(), reason);
  }
}
