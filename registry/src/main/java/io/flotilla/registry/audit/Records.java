package io.flotilla.registry.audit;

import io.flotilla.registry.store.RecordStore;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Records of a store one after the other, read in pages, so that memory stays bounded. Whole ranges
 * of keys are stepped over. Throws what the store throws.
 */
final class Records implements Iterator<RecordStore.Entry> {
  /** Greater than what follows in any key, as keys are ASCII. */
  private static final String LAST = "\uffff";

  private static final int PAGE = 256;

  private final RecordStore store;
  private final String prefix;
  private final Function<String, Optional<String>> skipped;
  private List<RecordStore.Entry> page = List.of();
  private int at;
  private boolean end;
  private String after;

  /**
   * Records whose keys begin with {@code prefix} and come after {@code after}.
   *
   * @param skipped gives the range that a key is in, as what its keys begin with, if that range is
   *     not wanted
   */
  private Records(
      RecordStore store, String prefix, String after, Function<String, Optional<String>> skipped) {
    this.store = store;
    this.prefix = prefix;
    this.after = after;
    this.skipped = skipped;
  }

  /** All records of a prefix. */
  static Records of(RecordStore store, String prefix, String after) {
    return new Records(store, prefix, after, _ -> Optional.empty());
  }

  /** All records that are governed. */
  static Records governed(RecordStore store, AuditScope scope, String after) {
    return new Records(store, "", after, scope::skipped);
  }

  @Override
  public boolean hasNext() {
    while (true) {
      if (at == page.size()) {
        if (end) {
          return false;
        }
        page = store.scan(prefix, after, PAGE);
        end = page.size() < PAGE;
        at = 0;
        after = page.isEmpty() ? after : page.getLast().key();
        continue;
      }
      String key = page.get(at).key();
      Optional<String> range = skipped.apply(key);
      if (range.isPresent()) {
        stepOver(range.get());
      } else if (key.equals(AuditKeys.HEAD)) {
        at++;
      } else {
        return true;
      }
    }
  }

  @Override
  public RecordStore.Entry next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return page.get(at++);
  }

  /** Within the page if the range ends there, else by reading on behind the range. */
  private void stepOver(String range) {
    while (at < page.size() && page.get(at).key().startsWith(range)) {
      at++;
    }
    if (at == page.size() && !end) {
      after = range + LAST;
    }
  }
}
