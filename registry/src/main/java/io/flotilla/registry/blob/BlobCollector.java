package io.flotilla.registry.blob;

import io.flotilla.bundle.Digest;
import java.util.Arrays;
import java.util.Iterator;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes blobs that no record names: those of deleted versions, and what a cut left between the
 * keeping of a blob and its record. It runs on any thread while others register, and is called once
 * at the start as well.
 *
 * <p>Why no blob in use is ever deleted: a blob is deleted only if no record named it when the
 * records were read, and if it was not pinned at any moment since before that. A record that came
 * later than the reading belongs to somebody who had the blob pinned until the record was stored.
 * The records must be read from the store itself: what a decision has changed but not yet written
 * may still be undone.
 *
 * <p>Takes O(blobs + references) time, and memory of 8 bytes for each reference.
 */
public final class BlobCollector {
  private static final Logger LOG = LoggerFactory.getLogger(BlobCollector.class);

  private final BlobStore blobs;
  private final Supplier<Stream<Digest>> references;

  /**
   * A collector.
   *
   * @param references reads from the store, at the time of each call, every digest that any record
   *     names; repetition is allowed; the stream is closed after use
   */
  public BlobCollector(BlobStore blobs, Supplier<Stream<Digest>> references) {
    this.blobs = blobs;
    this.references = references;
  }

  /**
   * Removes every blob that no record names. What cannot be removed because somebody has it pinned
   * stays for the next time.
   *
   * @throws FlotillaException {@code CONFLICT} while a backup or another collection is in progress;
   *     {@code STORE_FAILED} if the folder cannot be read or changed; or what reading the
   *     references throws, before anything is removed
   */
  public Collected collect() {
    blobs.pins().begin();
    try {
      Named named = new Named();
      try (Stream<Digest> all = references.get()) {
        all.forEach(named::add);
      }
      named.sort();
      return sweep(named);
    } finally {
      blobs.pins().end();
    }
  }

  private Collected sweep(Named named) {
    long collected = 0;
    long bytes = 0;
    long kept = 0;
    try (Stream<Digest> all = blobs.digests()) {
      for (Iterator<Digest> each = all.iterator(); each.hasNext(); ) {
        Digest digest = each.next();
        OptionalLong removed = named.contains(digest) ? OptionalLong.empty() : blobs.remove(digest);
        if (removed.isPresent()) {
          collected++;
          bytes += removed.getAsLong();
          LOG.info("the blob {} is removed: no record names it", digest);
        } else {
          kept++;
        }
      }
    }
    return new Collected(collected, bytes, kept);
  }

  /**
   * What a collection did.
   *
   * @param collected blobs removed
   * @param bytes their bytes
   * @param kept blobs that stay
   */
  public record Collected(long collected, long bytes, long kept) {}

  /**
   * Digests by their first 8 bytes. Should two ever agree in those, a blob stays that could have
   * gone, which harms nobody.
   */
  private static final class Named {
    private static final int FIRST_CAPACITY = 1024;
    private static final int HEX_DIGITS = 16;

    private long[] prefixes = new long[FIRST_CAPACITY];
    private int size;

    void add(Digest digest) {
      if (size == prefixes.length) {
        prefixes = Arrays.copyOf(prefixes, 2 * size);
      }
      prefixes[size++] = prefix(digest);
    }

    void sort() {
      Arrays.sort(prefixes, 0, size);
    }

    boolean contains(Digest digest) {
      return Arrays.binarySearch(prefixes, 0, size, prefix(digest)) >= 0;
    }

    private static long prefix(Digest digest) {
      return Long.parseUnsignedLong(digest.hex(), 0, HEX_DIGITS, 16);
    }
  }
}
