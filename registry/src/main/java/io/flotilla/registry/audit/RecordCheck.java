package io.flotilla.registry.audit;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.audit.AuditProblem.Kind;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import java.util.Optional;

/**
 * Compares every governed record with what the newest entry says that names it. One part of the
 * records at a time, so that memory is bounded: the chain says what they should be, and the records
 * are then read in the order of their keys. What differs is looked at again, as somebody may have
 * written it meanwhile.
 */
final class RecordCheck {
  private static final int MOST_ATTEMPTS = 100;

  private final RecordStore store;
  private final AuditScope scope;
  private final Problems problems;
  private final AuditHead head;
  private final Meanwhile meanwhile;
  private long records;

  RecordCheck(RecordStore store, AuditScope scope, Problems problems, AuditHead head) {
    this.store = store;
    this.scope = scope;
    this.problems = problems;
    this.head = head;
    this.meanwhile = new Meanwhile(store, head);
  }

  /**
   * Checks them all and counts those that are there.
   *
   * @param mentions how many records the entries name, with repetition
   */
  long check(long mentions) {
    int parts = (int) (mentions / Vouched.MAX_RECORDS) + 1;
    for (int part = 0; part < parts; part++) {
      new Part(part, parts).check();
    }
    return records;
  }

  private final class Part {
    private final int part;
    private final int parts;
    private final Vouched vouched = new Vouched();

    Part(int part, int parts) {
      this.part = part;
      this.parts = parts;
    }

    private boolean isMine(Vouched.Key key) {
      return key.part(parts) == part;
    }

    void check() {
      alongChain(
          (key, hashed, entry) -> {
            String digest = entry.records().getOrDefault(key, AuditEntry.DELETED);
            vouched.put(hashed, digest, entry.sequence());
          });
      try {
        alongRecords();
      } catch (FlotillaException e) {
        requireCorrupt(e);
        problems.chain(
            Kind.UNREADABLE, "the records cannot be read one after another: " + e.getMessage());
      }
      if (vouched.lacksSome()) {
        settleTheRest();
      }
    }

    /** Only the chain knows the names of records that were not met. */
    private void settleTheRest() {
      alongChain(
          (key, hashed, entry) -> {
            if (!vouched.isDone(hashed) && !vouched.isDeleted(hashed)) {
              vouched.setDone(hashed);
              settle(key, hashed);
            }
          });
    }

    private void alongChain(Mention each) {
      Records entries = Records.of(store, AuditKeys.ENTRIES, "");
      while (entries.hasNext()) {
        RecordStore.Entry stored = entries.next();
        if (AuditKeys.sequence(stored.key()) > head.sequence()) {
          return;
        }
        decoded(stored).ifPresent(entry -> mentions(entry, each));
      }
    }

    private void mentions(AuditEntry entry, Mention each) {
      for (String key : entry.records().keySet()) {
        Vouched.Key hashed = Vouched.Key.of(key);
        if (isMine(hashed)) {
          each.take(key, hashed, entry);
        }
      }
    }

    private void alongRecords() {
      Records governed = Records.governed(store, scope, "");
      while (governed.hasNext()) {
        RecordStore.Entry record = governed.next();
        Vouched.Key key = Vouched.Key.of(record.key());
        if (!isMine(key)) {
          continue;
        }
        records++;
        if (!vouched.vouches(key, AuditLog.digest(Optional.of(record.value())))) {
          settle(record.key(), key);
        }
        if (vouched.sequence(key) != 0) {
          vouched.setDone(key);
        }
      }
    }

    /** Looks at a record once more, by itself, and reports it if it is really wrong. */
    private void settle(String key, Vouched.Key hashed) {
      for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        Optional<Meanwhile.Write> before = meanwhile.newest(key);
        String found;
        try {
          found = AuditLog.digest(store.get(key));
        } catch (FlotillaException e) {
          requireCorrupt(e);
          problems.record(Kind.UNREADABLE, key, String.valueOf(e.getMessage()));
          return;
        }
        if (meanwhile.newest(key).equals(before)) {
          judge(key, hashed, before, found);
          return;
        }
      }
    }

    private void judge(
        String key, Vouched.Key hashed, Optional<Meanwhile.Write> newer, String found) {
      long sequence = newer.map(Meanwhile.Write::sequence).orElse(vouched.sequence(hashed));
      boolean right =
          newer
              .map(write -> write.digest().equals(found))
              .orElseGet(() -> vouched.vouches(hashed, found));
      boolean deleted =
          newer
              .map(write -> write.digest().equals(AuditEntry.DELETED))
              .orElseGet(() -> vouched.isDeleted(hashed));
      boolean gone = found.equals(AuditEntry.DELETED);
      if (right || (gone && sequence == 0)) {
        return;
      }
      if (sequence == 0) {
        problems.record(
            Kind.RECORD_ADDED, key, "the record %s is there, which no entry wrote".formatted(key));
      } else if (deleted) {
        problems.record(
            Kind.RECORD_ADDED,
            key,
            "the record %s is there, which entry %d removed".formatted(key, sequence));
      } else {
        problems.record(
            gone ? Kind.RECORD_MISSING : Kind.RECORD_EDITED,
            key,
            "the record %s %s entry %d wrote"
                .formatted(key, gone ? "is missing, which" : "is not what", sequence));
      }
    }
  }

  /** Takes a record that an entry names. */
  @FunctionalInterface
  private interface Mention {
    void take(String key, Vouched.Key hashed, AuditEntry entry);
  }

  /** Empty if it cannot be read, which is reported with the chain. */
  private static Optional<AuditEntry> decoded(RecordStore.Entry stored) {
    try {
      return Optional.of(RecordCodec.decode(stored.value(), AuditEntry.class, stored.key()));
    } catch (FlotillaException e) {
      return Optional.empty();
    }
  }

  /** A store that fails otherwise says nothing about what it holds. */
  static void requireCorrupt(FlotillaException e) {
    if (e.code() != ErrorCode.STORE_CORRUPT) {
      throw e;
    }
  }
}
