package io.flotilla.registry.search;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.RecordTransaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The index of the versions that are not deleted. Its records are changed in the transactions that
 * change what they describe, and can be made anew from that. No search looks at more than {@value
 * #MAX_LOOKED_AT} documents for a page, however many there are.
 */
public final class SearchIndex {
  /** Begins every key of the index. */
  public static final String KEYS = IndexKeys.ROOT;

  /** Most documents that one page looks at. */
  public static final int MAX_LOOKED_AT = 1000;

  /** Most items of a page. */
  public static final int MAX_PAGE = 1000;

  /** Up to this many documents, a set is taken as a whole and sorted. */
  private static final int SMALL_SET = 250;

  private static final int LEAST_READ = 8;
  private static final int MOST_READ = 256;

  /** What leaping over the rest of a model counts for, in documents. */
  private static final int COST_OF_A_LEAP = 3;

  private static final byte[] PRESENT = {};

  private SearchIndex() {}

  /** Stores what can be searched of a version, in place of what was known of it. */
  public static void put(RecordTransaction tx, SearchDocument document) {
    String key = IndexKeys.document(document.reference());
    Set<String> keys = IndexKeys.of(document);
    Set<String> known = tx.get(key).map(SearchIndex::decode).map(IndexKeys::of).orElse(Set.of());
    known.stream().filter(old -> !keys.contains(old)).forEach(tx::delete);
    keys.stream().filter(fresh -> !known.contains(fresh)).forEach(fresh -> tx.put(fresh, PRESENT));
    tx.put(key, RecordCodec.encode(document));
  }

  /** Forgets a version; nothing happens if it is not known. */
  public static void remove(RecordTransaction tx, String model, int version) {
    String key = IndexKeys.document(IndexKeys.reference(model, version));
    tx.get(key)
        .map(SearchIndex::decode)
        .ifPresent(
            known -> {
              IndexKeys.of(known).forEach(tx::delete);
              tx.delete(key);
            });
  }

  /**
   * One page of what a query finds.
   *
   * @param cursor of the page before; empty text to begin. It stays good while versions come and go
   * @param limit most items, 1 to {@link #MAX_PAGE}
   * @throws FlotillaException {@code CURSOR_INVALID} if another search gave the cursor; {@code
   *     INPUT_INVALID} if the limit is out of range
   */
  public static Page<SearchDocument> search(
      RecordView view, Query query, Sort sort, String cursor, int limit) {
    if (limit < 1 || limit > MAX_PAGE) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "a page has 1 to %d items".formatted(MAX_PAGE));
    }
    String after = Cursor.read(cursor, query, sort);
    List<List<String>> sets = new ArrayList<>();
    for (Term term : query.terms()) {
      term.range().flatMap(range -> probe(view, range)).ifPresent(sets::add);
    }
    Optional<List<String>> smallest = sets.stream().min(Comparator.comparingInt(List::size));
    Search search = new Search(view, query, sort, limit);
    return smallest.isPresent()
        ? search.within(smallest.get(), after)
        : search.along(inOrder(sort, query).from(after));
  }

  /** The references of a range, if they are few. */
  private static Optional<List<String>> probe(RecordView view, KeyRange range) {
    List<String> references = new ArrayList<>();
    for (RecordStore.Entry entry : view.scan(range.prefix(), range.after(), SMALL_SET + 1)) {
      if (entry.key().compareTo(range.end()) >= 0) {
        break;
      }
      references.add(referenceOf(entry.key()));
    }
    return references.size() <= SMALL_SET ? Optional.of(references) : Optional.empty();
  }

  /** What to walk along: a range in the order asked for, as narrow as the terms allow. */
  private static KeyRange inOrder(Sort sort, Query query) {
    List<KeyRange> ranges =
        query.terms().stream().flatMap(term -> term.along(sort).stream()).toList();
    return ranges.stream()
        .filter(range -> range.prefix().equals(sort.prefix()))
        .reduce(KeyRange::and)
        .or(() -> ranges.stream().findFirst())
        .orElseGet(() -> KeyRange.all(sort.prefix()));
  }

  private static String referenceOf(String key) {
    int version = key.lastIndexOf('/');
    return key.substring(key.lastIndexOf('/', version - 1) + 1);
  }

  private static SearchDocument decode(byte[] json) {
    return RecordCodec.decode(json, SearchDocument.class);
  }

  /** One search for one page. */
  private record Search(RecordView view, Query query, Sort sort, int limit) {
    /** Takes a whole small set and sorts it. */
    Page<SearchDocument> within(List<String> references, String after) {
      Map<String, SearchDocument> found = new TreeMap<>();
      for (String reference : references) {
        Optional<SearchDocument> document = matching(reference);
        document
            .flatMap(sort::position)
            .filter(position -> position.compareTo(after) > 0)
            .ifPresent(position -> document.ifPresent(one -> found.put(position, one)));
      }
      List<SearchDocument> items = found.values().stream().limit(limit).toList();
      return items.size() < found.size()
          ? new Page<>(items, sort.position(items.getLast()).map(this::cursor))
          : new Page<>(items, Optional.empty());
    }

    /** Walks along the order until the page is full, the end is reached, or enough is seen. */
    Page<SearchDocument> along(KeyRange range) {
      List<SearchDocument> items = new ArrayList<>();
      int lookedAt = 0;
      int read = Math.clamp(limit + 1L, LEAST_READ, MOST_READ);
      String key = range.after();
      boolean more = true;
      while (more) {
        List<RecordStore.Entry> entries = view.scan(range.prefix(), key, read);
        more = entries.size() == read;
        read = Math.min(2 * read, MOST_READ);
        for (RecordStore.Entry entry : entries) {
          if (entry.key().compareTo(range.end()) >= 0) {
            return new Page<>(items, Optional.empty());
          }
          if (items.size() == limit || lookedAt >= MAX_LOOKED_AT) {
            return new Page<>(items, Optional.of(cursor(positionIn(key, range))));
          }
          key = entry.key();
          lookedAt++;
          String reference = sort.referenceAt(positionIn(key, range));
          matching(reference, entry).ifPresent(items::add);
          String model = IndexKeys.modelOf(reference);
          if (sort.isByName() && !query.matchesModel(model)) {
            key = range.prefix() + sort.position(model + "/") + IndexKeys.LAST;
            lookedAt += COST_OF_A_LEAP;
            read = LEAST_READ;
            more = true;
            break;
          }
        }
      }
      return new Page<>(items, Optional.empty());
    }

    private Optional<SearchDocument> matching(String reference, RecordStore.Entry entry) {
      return entry.value().length == 0
          ? matching(reference)
          : Optional.of(decode(entry.value())).filter(query::matches);
    }

    private Optional<SearchDocument> matching(String reference) {
      return view.get(IndexKeys.document(reference))
          .map(SearchIndex::decode)
          .filter(query::matches);
    }

    private String cursor(String position) {
      return Cursor.write(position, query, sort);
    }

    private static String positionIn(String key, KeyRange range) {
      return key.substring(range.prefix().length());
    }
  }
}
