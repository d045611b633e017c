package io.flotilla.registry.audit;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.audit.AuditProblem.Kind;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import java.util.Optional;

/** One verification: the chain first, which then says what the records should be. */
final class AuditVerifier {
  private final RecordStore store;
  private final AuditScope scope;
  private final Problems problems = new Problems();
  private long entries;
  private long mentions;
  private long records;

  AuditVerifier(RecordStore store, AuditScope scope) {
    this.store = store;
    this.scope = scope;
  }

  AuditVerdict verify(Optional<AuditHead> expected) {
    whileReadable(
        () -> {
          AuditHead head = head();
          ChainCheck chain = new ChainCheck(store, problems, head, expected);
          entries = chain.check(entry -> mentions += entry.records().size());
          records = new RecordCheck(store, scope, problems, head).check(mentions);
        });
    return problems.verdict(entries, records);
  }

  /** Ends at the first part of the log that the store cannot read: nothing is behind it. */
  private void whileReadable(Runnable check) {
    try {
      check.run();
    } catch (FlotillaException e) {
      RecordCheck.requireCorrupt(e);
      problems.chain(Kind.UNREADABLE, "the audit log cannot be read: " + e.getMessage());
    }
  }

  private AuditHead head() {
    Optional<byte[]> stored = store.get(AuditKeys.HEAD);
    if (stored.isPresent()) {
      try {
        return RecordCodec.decode(stored.get(), AuditHead.class, AuditKeys.HEAD);
      } catch (FlotillaException e) {
        problems.chain(Kind.HEAD_EDITED, "the head of the audit log cannot be read");
      }
    }
    return AuditHead.NONE;
  }
}
