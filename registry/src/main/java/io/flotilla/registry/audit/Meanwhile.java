package io.flotilla.registry.audit;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What was written since a verification began: it is not at fault for what it finds changed. */
final class Meanwhile {
  private final RecordStore store;
  private final Map<String, Write> newest = new HashMap<>();
  private long upTo;

  /**
   * The newest write of a record since.
   *
   * @param digest of its value, or {@link AuditEntry#DELETED}
   */
  record Write(long sequence, String digest) {}

  Meanwhile(RecordStore store, AuditHead begin) {
    this.store = store;
    this.upTo = begin.sequence();
  }

  /** The newest write of this record up to now. */
  Optional<Write> newest(String key) {
    readOn();
    return Optional.ofNullable(newest.get(key));
  }

  private void readOn() {
    long end = end();
    if (end <= upTo) {
      return;
    }
    Records entries = Records.of(store, AuditKeys.ENTRIES, AuditKeys.entry(upTo));
    while (upTo < end && entries.hasNext()) {
      RecordStore.Entry stored = entries.next();
      upTo = Math.max(upTo + 1, AuditKeys.sequence(stored.key()));
      AuditEntry entry = RecordCodec.decode(stored.value(), AuditEntry.class, stored.key());
      entry
          .records()
          .forEach((key, digest) -> newest.put(key, new Write(entry.sequence(), digest)));
    }
    upTo = end;
  }

  /** Number of the last entry; 0 if the head cannot be read, which is reported elsewhere. */
  private long end() {
    try {
      return store
          .get(AuditKeys.HEAD)
          .map(json -> RecordCodec.decode(json, AuditHead.class, AuditKeys.HEAD).sequence())
          .orElse(0L);
    } catch (FlotillaException e) {
      return 0;
    }
  }
}
