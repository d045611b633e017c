package io.flotilla.registry.audit;

import java.util.Optional;

/**
 * Which entries somebody wants to see; an empty part matches everything.
 *
 * @param actor exactly who did it
 * @param actionPrefix what the action begins with, such as {@code model.}
 * @param subject exactly what it was done to
 */
public record AuditFilter(
    Optional<String> actor, Optional<String> actionPrefix, Optional<String> subject) {
  /** Every entry. */
  public static final AuditFilter ALL =
      new AuditFilter(Optional.empty(), Optional.empty(), Optional.empty());

  boolean matches(AuditEntry entry) {
    return actor.map(entry.actor()::equals).orElse(true)
        && actionPrefix.map(entry.action()::startsWith).orElse(true)
        && subject.map(entry.subject()::equals).orElse(true);
  }
}
