package io.flotilla.registry.model;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.name.Names;
import java.util.List;

/**
 * The wish to delete a version.
 *
 * @param model name of the model
 * @param version its number
 * @param users ids of what desires or reports it, offline devices included but no revoked ones;
 *     must be none
 * @param by the operator
 * @param reason why
 */
public record DeletionRequest(
    String model, int version, List<String> users, String by, String reason) {
  /**
   * Checks the reason.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public DeletionRequest {
    users = List.copyOf(users);
    Names.requireReason(reason);
  }
}
