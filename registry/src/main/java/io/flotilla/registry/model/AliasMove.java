package io.flotilla.registry.model;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.name.Names;

/**
 * The wish to point an alias to a version.
 *
 * @param model name of the model
 * @param alias name of the alias, as in {@code champion}
 * @param version where it shall point to
 * @param expectation where it is taken to be
 * @param by the operator
 * @param reason why
 */
public record AliasMove(
    String model, String alias, int version, Expectation expectation, String by, String reason) {
  /**
   * Checks name and reason.
   *
   * @throws FlotillaException {@code NAME_INVALID}, {@code INPUT_INVALID}
   */
  public AliasMove {
    Names.requireName("alias", alias);
    Names.requireReason(reason);
  }
}
