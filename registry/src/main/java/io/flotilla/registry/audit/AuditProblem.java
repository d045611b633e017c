package io.flotilla.registry.audit;

import java.util.Optional;

/**
 * One thing that is not as the log or the records say.
 *
 * @param kind what is wrong
 * @param sequence the entry it is about
 * @param key the record it is about, or the digest of the blob
 * @param message one sentence for people
 */
public record AuditProblem(
    Kind kind, Optional<Long> sequence, Optional<String> key, String message) {
  /** What can be wrong. */
  public enum Kind {
    /** The head cannot be read, is gone, or is not that of the last entry. */
    HEAD_EDITED,
    /** The chain does not reach, or not contain, the head that was expected. */
    CHAIN_CUT,
    /** Entries are gone. */
    ENTRY_MISSING,
    /** An entry is not what it was, or stands in another place. */
    ENTRY_EDITED,
    /** There are entries beyond the head, or a second beginning. */
    ENTRY_ADDED,
    /** A record is not what its entry wrote. */
    RECORD_EDITED,
    /** A record is gone that no entry removed. */
    RECORD_MISSING,
    /** A record is there that no entry wrote, or that an entry removed. */
    RECORD_ADDED,
    /** A blob that a record needs is not what it was. */
    BLOB_DAMAGED,
    /** A blob that a record needs is gone. */
    BLOB_MISSING,
    /** The store reports that what it has there is damaged. */
    UNREADABLE
  }
}
