package io.flotilla.registry.audit;

import java.util.List;
import java.util.Optional;

/**
 * Some entries.
 *
 * @param entries those that match, in their order; there may be fewer than asked for, even none,
 *     although more follow, as one page looks at no more than {@link AuditLog#MAX_LOOKED_AT}
 * @param next after which sequence the next page begins; empty if this was the last
 */
public record AuditPage(List<AuditEntry> entries, Optional<Long> next) {
  /** Takes a copy. */
  public AuditPage {
    entries = List.copyOf(entries);
  }
}
