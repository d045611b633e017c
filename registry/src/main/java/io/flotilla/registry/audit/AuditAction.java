package io.flotilla.registry.audit;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Map;

/**
 * What somebody does.
 *
 * @param actor who does it: an operator's name, or {@code controller}; 1 to 256 characters
 * @param action what is done, such as {@code model.register}; 1 to 256 characters
 * @param subject what it is done to, such as {@code model/digits:3}; 1 to 256 characters
 * @param details more about it, such as the {@code reason}; up to 32, of up to 64 characters for a
 *     key and 4,096 for a value
 */
public record AuditAction(
    String actor, String action, String subject, Map<String, String> details) {
  /** Longest actor, action and subject, in characters. */
  public static final int MAX_NAME = 256;

  /** Most details. */
  public static final int MAX_DETAILS = 32;

  /** Longest key of a detail in characters. */
  public static final int MAX_DETAIL_KEY = 64;

  /** Longest value of a detail in characters. */
  public static final int MAX_DETAIL = 4096;

  /**
   * Checks the limits.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if something is empty or over its limit
   */
  public AuditAction {
    requireName("actor", actor);
    requireName("action", action);
    requireName("subject", subject);
    details = Map.copyOf(details);
    if (details.size() > MAX_DETAILS) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "an action has at most %d details".formatted(MAX_DETAILS));
    }
    details.forEach(
        (key, value) -> {
          if (key.length() > MAX_DETAIL_KEY || value.length() > MAX_DETAIL) {
            throw new FlotillaException(
                ErrorCode.INPUT_INVALID,
                "a detail such as the reason has at most %d characters".formatted(MAX_DETAIL));
          }
        });
  }

  private static void requireName(String what, String text) {
    if (text.isBlank() || text.length() > MAX_NAME) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "the %s of an action has 1 to %d characters".formatted(what, MAX_NAME));
    }
  }
}
