package io.flotilla.registry.audit;

import java.util.Optional;
import java.util.Set;

/**
 * Which records the audit log vouches for: all but its own and those of high volume that devices
 * make by themselves, such as predictions.
 *
 * @param operational what the keys of records begin with that are not governed, each ending in
 *     {@code /}, such as {@code prediction/}
 */
public record AuditScope(Set<String> operational) {
  /** Governs every record. */
  public static final AuditScope EVERYTHING = new AuditScope(Set.of());

  /** Checks the form. */
  public AuditScope {
    operational = Set.copyOf(operational);
    for (String prefix : operational) {
      if (prefix.length() < 2 || !prefix.endsWith("/")) {
        throw new IllegalArgumentException("not a prefix of keys: " + prefix);
      }
    }
  }

  /** Governs every record but those whose keys begin with one of these. */
  public static AuditScope everythingBut(String... operational) {
    return new AuditScope(Set.of(operational));
  }

  /** Whether the audit log vouches for the record of this key. */
  public boolean governs(String key) {
    return !AuditKeys.isOwn(key) && skipped(key).isEmpty();
  }

  /** The prefix that excludes this key, if one does. */
  Optional<String> skipped(String key) {
    for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      String prefix = key.substring(0, slash + 1);
      if (operational.contains(prefix) || AuditKeys.isOwnPrefix(prefix)) {
        return Optional.of(prefix);
      }
    }
    return Optional.empty();
  }
}
