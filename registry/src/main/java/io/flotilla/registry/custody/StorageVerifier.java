package io.flotilla.registry.custody;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.audit.AuditHead;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.audit.AuditProblem;
import io.flotilla.registry.audit.AuditProblem.Kind;
import io.flotilla.registry.audit.AuditVerdict;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.blob.BlobUse;
import io.flotilla.registry.store.CheckpointStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Verifies what the audit log vouches for, and that it can be read from the disk: every file of the
 * record store, past its cache, and every blob that a record needs. Runs beside the work;
 * thread-safe. Takes O(bytes stored) time, and memory for a digest of each blob.
 */
public final class StorageVerifier {
  private final AuditLog audit;
  private final CheckpointStore store;
  private final BlobStore blobs;
  private final Supplier<Stream<BlobUse>> uses;

  /**
   * A verifier.
   *
   * @param uses reads from the store, at the time of each call, every blob that a record needs; the
   *     stream is closed after use
   */
  public StorageVerifier(
      AuditLog audit, CheckpointStore store, BlobStore blobs, Supplier<Stream<BlobUse>> uses) {
    this.audit = audit;
    this.store = store;
    this.blobs = blobs;
    this.uses = uses;
  }

  /**
   * What was found.
   *
   * @param verdict on all of it
   * @param blobs different blobs that were read
   */
  public record Verified(AuditVerdict verdict, long blobs) {}

  /** The chain and the records alone; throws as {@link AuditLog#verify}. */
  public Verified verifyRecords(Optional<AuditHead> expected) {
    return new Verified(audit.verify(expected), 0);
  }

  /**
   * The chain, the records, the store's files and the blobs. While it runs, no blob is deleted.
   *
   * @throws FlotillaException {@code STORE_FAILED}, {@code DISK_FULL} if the disk fails; what is
   *     damaged is no failure but a problem
   */
  public Verified verify(Optional<AuditHead> expected) {
    AuditVerdict verdict = audit.verify(expected);
    Found found = new Found();
    long read = 0;
    try (BlobStore.Pin _ = blobs.pinAll()) {
      found.unreadable("the store's files", this::readStore);
      found.unreadable("which blobs are needed", () -> readBlobs(found));
      read = found.states.size();
    }
    return new Verified(verdict.plus(found.listed, found.count), read);
  }

  private void readStore() {
    try (BlobStore.Scratch copy = blobs.scratch()) {
      store.checkpoint(copy.path());
    }
  }

  private void readBlobs(Found found) {
    try (Stream<BlobUse> all = uses.get()) {
      for (Iterator<BlobUse> each = all.iterator(); each.hasNext(); ) {
        BlobUse use = each.next();
        found
            .states
            .computeIfAbsent(use.digest(), this::state)
            .ifPresent(what -> found.add(what, use));
      }
    }
  }

  /** What is wrong with a blob. */
  private Optional<Kind> state(Digest digest) {
    try {
      var _ = blobs.path(digest);
      return Optional.empty();
    } catch (FlotillaException e) {
      return switch (e.code()) {
        case NOT_FOUND -> Optional.of(Kind.BLOB_MISSING);
        case STORE_CORRUPT -> Optional.of(Kind.BLOB_DAMAGED);
        default -> throw e;
      };
    }
  }

  /** What was found besides the chain and the records. */
  private static final class Found {
    private final Map<Digest, Optional<Kind>> states = new HashMap<>();
    private final List<AuditProblem> listed = new ArrayList<>();
    private long count;

    void add(Kind kind, BlobUse use) {
      String what =
          "the blob %s, which %s needs, is %s"
              .formatted(use.digest(), use.by(), kind == Kind.BLOB_MISSING ? "gone" : "damaged");
      add(
          new AuditProblem(
              kind, Optional.empty(), Optional.of(use.digest().hex()), what + BlobUse.ADVICE));
    }

    void unreadable(String what, Runnable reading) {
      try {
        reading.run();
      } catch (FlotillaException e) {
        if (e.code() != ErrorCode.STORE_CORRUPT) {
          throw e;
        }
        add(
            new AuditProblem(
                Kind.UNREADABLE,
                Optional.empty(),
                Optional.empty(),
                "%s cannot be read: %s".formatted(what, e.getMessage())));
      }
    }

    private void add(AuditProblem problem) {
      count++;
      if (listed.size() < AuditVerdict.MAX_PROBLEMS) {
        listed.add(problem);
      }
    }
  }
}
