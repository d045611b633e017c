package io.flotilla.registry.audit;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.audit.AuditProblem.Kind;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Goes along the chain, up to a head that was read before. */
final class ChainCheck {
  private final RecordStore store;
  private final Problems problems;
  private final AuditHead head;
  private final Optional<AuditHead> expected;

  /** The entry before; hash null if it cannot be told, so that nothing is reported twice. */
  private long sequence;

  private @Nullable String hash = AuditHead.NONE.hash();

  private boolean begun;
  private long entries;

  ChainCheck(RecordStore store, Problems problems, AuditHead head, Optional<AuditHead> expected) {
    this.store = store;
    this.problems = problems;
    this.head = head;
    this.expected = expected;
  }

  /** Checks all entries, gives each readable one on, and counts them. */
  long check(Consumer<AuditEntry> each) {
    Records stored = Records.of(store, AuditKeys.ENTRIES, "");
    while (stored.hasNext()) {
      RecordStore.Entry next = stored.next();
      long number = AuditKeys.sequence(next.key());
      if (number == 0) {
        problems.record(Kind.ENTRY_ADDED, next.key(), next.key() + " is the key of no entry");
        continue;
      }
      if (number > head.sequence()) {
        checkBeyond(number);
        break;
      }
      entries++;
      checkPlace(number);
      check(number, next).ifPresent(each);
    }
    checkEnd();
    return entries;
  }

  private Optional<AuditEntry> check(long number, RecordStore.Entry stored) {
    AuditEntry entry = null;
    try {
      entry = RecordCodec.decode(stored.value(), AuditEntry.class, stored.key());
    } catch (FlotillaException e) {
      problems.entry(Kind.ENTRY_EDITED, number, "entry %d cannot be read".formatted(number));
    }
    if (entry != null) {
      checkLinks(number, entry);
    }
    sequence = number;
    hash = Digest.of(stored.value()).hex();
    checkExpected();
    return Optional.ofNullable(entry);
  }

  private void checkPlace(long number) {
    if (number != sequence + 1) {
      problems.entry(
          Kind.ENTRY_MISSING,
          sequence + 1,
          number == sequence + 2
              ? "entry %d is missing".formatted(sequence + 1)
              : "the entries %d to %d are missing".formatted(sequence + 1, number - 1));
      hash = null;
    }
  }

  private void checkLinks(long number, AuditEntry entry) {
    if (entry.sequence() != number) {
      problems.entry(
          Kind.ENTRY_EDITED,
          number,
          "entry %d stands in the place of entry %d".formatted(entry.sequence(), number));
    } else if (hash != null && !entry.previous().equals(hash)) {
      problems.entry(
          Kind.ENTRY_EDITED,
          number == 1 ? 1 : number - 1,
          number == 1
              ? "entry 1 was edited: it continues another one"
              : "entry %d was edited, or entry %d, which does not continue it"
                  .formatted(number - 1, number));
    }
    if (entry.action().equals(AuditLog.BEGIN) && begun) {
      problems.entry(
          Kind.ENTRY_ADDED,
          number,
          "entry %d vouches for records as if the log began there".formatted(number));
    }
    begun =
        begun
            || (number == 1 && !entry.action().equals(AuditLog.BEGIN))
            || AuditLog.completes(entry);
  }

  private void checkExpected() {
    if (expected.isPresent()
        && expected.get().sequence() == sequence
        && !expected.get().hash().equals(hash)) {
      problems.entry(
          Kind.CHAIN_CUT,
          sequence,
          "entry %d is not the one that was expected there: the log was rewritten"
              .formatted(sequence));
    }
  }

  private void checkEnd() {
    if (sequence < head.sequence()) {
      problems.entry(
          Kind.ENTRY_MISSING,
          sequence + 1,
          "the entries %d to %d are missing at the end".formatted(sequence + 1, head.sequence()));
    } else if (hash != null && !head.hash().equals(hash)) {
      problems.entry(
          Kind.ENTRY_EDITED,
          sequence,
          "entry %d was edited, or the head, which does not name it".formatted(sequence));
    }
    if (expected.isPresent() && expected.get().sequence() > head.sequence()) {
      problems.chain(
          Kind.CHAIN_CUT,
          "the log ends at entry %d although it had %d: its end was cut off"
              .formatted(head.sequence(), expected.get().sequence()));
    }
  }

  /** Entries that are written while this runs come with a newer head. */
  private void checkBeyond(long number) {
    boolean written =
        store
            .get(AuditKeys.HEAD)
            .map(json -> RecordCodec.decode(json, AuditHead.class, AuditKeys.HEAD))
            .filter(now -> now.sequence() >= number)
            .isPresent();
    if (!written) {
      problems.entry(
          Kind.ENTRY_ADDED,
          number,
          "entry %d is beyond the head, which is at %d".formatted(number, head.sequence()));
    }
  }
}
