package io.flotilla.registry.audit;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.DirectTransaction;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.RecordTransaction;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who did what, when and why. Each entry contains the hash of the one before, and the digest of
 * every governed record that it wrote: so a change of any entry or record behind the log's back is
 * found by {@link #verify}. Somebody who can rewrite the whole store can rewrite the whole chain as
 * well; a {@link AuditHead head} that is kept elsewhere finds that too.
 *
 * <p>Has no state of its own: thread-safe as its store and transactions are.
 */
public final class AuditLog {
  /** Action of the entries that vouch for what was there before the log. */
  public static final String BEGIN = "audit.begin";

  /** Most entries of one page. */
  public static final int MAX_PAGE = 1000;

  /** Most entries that one page looks at. */
  public static final int MAX_LOOKED_AT = 20_000;

  /** Most records that one entry vouches for; an action with more of them has several entries. */
  public static final int MAX_RECORDS = 1000;

  private static final String COMPLETE = "complete";
  private static final String UP_TO = "upTo";
  private static final int BEGIN_PIECE = 256;

  private final RecordStore store;
  private final Clock clock;
  private final AuditScope scope;

  /** A log that governs every record of this store. */
  public AuditLog(RecordStore store, Clock clock) {
    this(store, clock, AuditScope.EVERYTHING);
  }

  /** A log that governs these records. */
  public AuditLog(RecordStore store, Clock clock, AuditScope scope) {
    this.store = store;
    this.clock = clock;
    this.scope = scope;
  }

  /** Whether the log vouches for the record of this key. */
  public boolean governs(String key) {
    return scope.governs(key);
  }

  /**
   * Vouches once for what is in the store already, at the first start; each later call does
   * nothing. A cut leaves it half done, and the next call goes on. To be called at each start,
   * before anything else is written; takes O(records) the first time, in pieces of bounded size.
   *
   * @throws FlotillaException {@code AUDIT_BROKEN} if the log begins with anything else; what the
   *     store throws
   */
  public void begin() {
    Beginning beginning = beginning();
    if (beginning.complete()) {
      return;
    }
    Records records = Records.governed(store, scope, beginning.upTo());
    while (records.hasNext()) {
      Map<String, Optional<byte[]>> piece = new TreeMap<>();
      String upTo = "";
      while (records.hasNext() && piece.size() < BEGIN_PIECE) {
        RecordStore.Entry entry = records.next();
        piece.put(entry.key(), Optional.of(entry.value()));
        upTo = entry.key();
      }
      beginWith(Map.of(UP_TO, upTo), piece);
    }
    beginWith(Map.of(COMPLETE, "true"), Map.of());
  }

  private void beginWith(Map<String, String> details, Map<String, Optional<byte[]>> piece) {
    DirectTransaction transaction = new DirectTransaction(store);
    append(transaction, new AuditAction("controller", BEGIN, "store", details), piece);
    transaction.commit();
  }

  /** Whether an entry is the last one of the beginning. */
  static boolean completes(AuditEntry entry) {
    return entry.action().equals(BEGIN) && entry.details().containsKey(COMPLETE);
  }

  private record Beginning(boolean complete, String upTo) {}

  private Beginning beginning() {
    String upTo = "";
    for (Records entries = Records.of(store, AuditKeys.ENTRIES, ""); entries.hasNext(); ) {
      AuditEntry entry = decode(entries.next());
      if (!entry.action().equals(BEGIN)) {
        throw new FlotillaException(
            ErrorCode.AUDIT_BROKEN,
            "the audit log does not begin with what the store held: restore it from a backup");
      }
      if (completes(entry)) {
        return new Beginning(true, "");
      }
      upTo = entry.details().getOrDefault(UP_TO, "");
    }
    return new Beginning(false, upTo);
  }

  /**
   * Adds an entry to a transaction, together with what it vouches for. An action that wrote more
   * than {@link #MAX_RECORDS} records has several entries, with the same details.
   *
   * @param changed the records that this action writes in the same transaction, by key; empty for
   *     those it removes; those that are not governed are passed over
   * @return the entry, or the last of them
   * @throws FlotillaException {@code STORE_CORRUPT} if the head cannot be read; what the store
   *     throws
   */
  public AuditEntry append(
      RecordTransaction transaction, AuditAction action, Map<String, Optional<byte[]>> changed) {
    AuditHead head = head(transaction.get(AuditKeys.HEAD));
    long now = clock.millis();
    Iterator<Map.Entry<String, Optional<byte[]>>> left =
        new TreeMap<>(changed).entrySet().stream().filter(one -> governs(one.getKey())).iterator();
    AuditEntry entry;
    do {
      entry =
          new AuditEntry(
              head.sequence() + 1,
              now,
              action.actor(),
              action.action(),
              action.subject(),
              action.details(),
              digests(left),
              head.hash());
      head = store(transaction, entry);
    } while (left.hasNext());
    return entry;
  }

  /** Up to {@link #MAX_RECORDS} of these, taken from them. */
  private static Map<String, String> digests(Iterator<Map.Entry<String, Optional<byte[]>>> left) {
    Map<String, String> digests = new HashMap<>();
    while (left.hasNext() && digests.size() < MAX_RECORDS) {
      Map.Entry<String, Optional<byte[]>> one = left.next();
      digests.put(one.getKey(), digest(one.getValue()));
    }
    return digests;
  }

  /** What an entry says of a record with this value. */
  static String digest(Optional<byte[]> value) {
    return value.map(bytes -> Digest.of(bytes).hex()).orElse(AuditEntry.DELETED);
  }

  private static AuditHead store(RecordTransaction transaction, AuditEntry entry) {
    byte[] encoded = RecordCodec.encode(entry);
    AuditHead head = new AuditHead(entry.sequence(), Digest.of(encoded).hex());
    transaction.put(AuditKeys.entry(entry.sequence()), encoded);
    transaction.put(AuditKeys.HEAD, RecordCodec.encode(head));
    return head;
  }

  /**
   * The end of the chain as it is stored.
   *
   * @throws FlotillaException {@code STORE_CORRUPT} if it cannot be read
   */
  public AuditHead head() {
    return head(store.get(AuditKeys.HEAD));
  }

  private static AuditHead head(Optional<byte[]> stored) {
    return stored
        .map(json -> RecordCodec.decode(json, AuditHead.class, AuditKeys.HEAD))
        .orElse(AuditHead.NONE);
  }

  /**
   * Entries in their order.
   *
   * @param after a sequence, from 0; the entries after it
   * @param limit 1 to {@link #MAX_PAGE}
   * @throws FlotillaException {@code STORE_CORRUPT}, naming the entry, if one cannot be read
   */
  public AuditPage page(long after, int limit, AuditFilter filter) {
    if (after < 0 || limit < 1 || limit > MAX_PAGE) {
      throw new IllegalArgumentException("a page has 1 to %d entries".formatted(MAX_PAGE));
    }
    List<AuditEntry> found = new ArrayList<>();
    Records entries = Records.of(store, AuditKeys.ENTRIES, AuditKeys.entry(after));
    long last = after;
    for (int looked = 0; entries.hasNext(); looked++) {
      if (looked == MAX_LOOKED_AT || found.size() == limit) {
        return new AuditPage(found, Optional.of(last));
      }
      AuditEntry entry = decode(entries.next());
      last = entry.sequence();
      if (filter.matches(entry)) {
        found.add(entry);
      }
    }
    return new AuditPage(found, Optional.empty());
  }

  /**
   * Reads the whole chain and every governed record, and says everything that is not as it should
   * be. May run on any thread while others write: what is written meanwhile is not reported. Takes
   * O(entries + records) time for each 400,000 records that the entries name, all of it reading in
   * order, and about 25 MB of memory whatever the size of the store.
   *
   * <p>Finds every entry that was edited, removed, inserted or moved, unless all later ones were
   * rewritten as well, which only an expected head finds; and every governed record that was
   * edited, removed, brought back or added.
   *
   * @param expected a head that was seen before and kept elsewhere; the chain must contain it
   */
  public AuditVerdict verify(Optional<AuditHead> expected) {
    return new AuditVerifier(store, scope).verify(expected);
  }

  private static AuditEntry decode(RecordStore.Entry stored) {
    return RecordCodec.decode(stored.value(), AuditEntry.class, stored.key());
  }
}
