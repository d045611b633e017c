package io.flotilla.registry.blob;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which blobs must stay although no record may name them yet. A collection reads the records while
 * others write new ones; so it may delete a blob only if nobody has had it pinned at any moment
 * since before the records were read. Thread-safe.
 */
final class Pins {
  @GuardedBy("this")
  private final Map<Digest, Integer> pinned = new HashMap<>();

  @GuardedBy("this")
  private int holds;

  /** What was pinned since the collection in progress began; null while there is none. */
  @GuardedBy("this")
  private @Nullable Set<Digest> sinceBegin;

  /** Deletes a file, which is quick; its bytes, or empty if there was none. */
  @FunctionalInterface
  interface Deletion {
    OptionalLong run() throws IOException;
  }

  synchronized void pin(Digest digest) {
    pinned.merge(digest, 1, Integer::sum);
    if (sinceBegin != null) {
      sinceBegin.add(digest);
    }
  }

  synchronized void unpin(Digest digest) {
    pinned.computeIfPresent(digest, (_, count) -> count == 1 ? null : count - 1);
  }

  synchronized void hold() {
    holds++;
  }

  synchronized void release() {
    holds--;
  }

  /** Begins a collection; {@code CONFLICT} while another or a hold is in progress. */
  synchronized void begin() {
    if (sinceBegin != null || holds > 0) {
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "a backup or another collection of blobs is in progress: collect again when it is done");
    }
    sinceBegin = new HashSet<>(pinned.keySet());
  }

  synchronized void end() {
    sinceBegin = null;
  }

  /** Deletes a blob unless something keeps it. */
  synchronized OptionalLong delete(Digest digest, Deletion deletion) throws IOException {
    boolean kept =
        holds > 0
            || pinned.containsKey(digest)
            || (sinceBegin != null && sinceBegin.contains(digest));
    return kept ? OptionalLong.empty() : deletion.run();
  }
}
