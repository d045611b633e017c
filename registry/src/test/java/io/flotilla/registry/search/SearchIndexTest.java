package io.flotilla.registry.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.registry.store.DirectTransaction;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchIndexTest {
  private static final long DAY_MS = 86_400_000;
  private static final long FIRST_DAY = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
  private static final String[] TEAMS = {"vision", "sound", "größe x"};
  private static final String[] MODELS = {"a", "a-b", "a.b", "a0", "digits", "digits-v2", "z_"};

  @TempDir Path directory;
  private RecordStore store;
  private RecordView view;

  @BeforeEach
  void open() {
    store = RocksRecordStore.open(directory.resolve("store"));
    view = RecordView.of(store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void findsWhatLookingAtEverythingFinds(long seed) {
    Random random = new Random(seed);
    Map<String, SearchDocument> truth = filled(random, 1200);
    for (int i = 0; i < 60; i++) {
      String text = query(random);
      Sort sort = Sort.parse(sort(random));
      int limit = 1 + random.nextInt(300);
      Query query = Query.parse(text);
      assertThat(pages(query, sort, limit))
          .as("seed %d, query \"%s\", sort %s, limit %d", seed, text, sort, limit)
          .containsExactlyElementsOf(expected(truth, query, sort));
    }
  }

  @Test
  void whatIsChangedOrRemovedIsNotFoundAnyMoreAndLeavesNothing() {
    SearchDocument first = document("digits", 1, new Random(1));
    SearchDocument changed =
        new SearchDocument(
            "digits", 1, first.origin(), List.of(), Map.of("a", "b"), Map.of("m", 1.0), List.of());
    change(tx -> SearchIndex.put(tx, first));
    change(tx -> SearchIndex.put(tx, changed));

    assertThat(references("tag.team")).isEmpty();
    assertThat(references("tag.a=b metric.m=1")).containsExactly("digits/0000000001");
    change(tx -> SearchIndex.remove(tx, "digits", 1));
    change(tx -> SearchIndex.remove(tx, "digits", 2));
    assertThat(store.scan("", "", 10)).isEmpty();
  }

  @Test
  void transactionSeesItsOwnChanges() {
    DirectTransaction tx = new DirectTransaction(store);
    SearchIndex.put(tx, document("digits", 1, new Random(1)));
    Page<SearchDocument> seen = SearchIndex.search(RecordView.of(tx), Query.ALL, Sort.NAME, "", 10);
    assertThat(seen.items()).hasSize(1);
    assertThat(references("")).isEmpty();
  }

  @Test
  void cursorsStayGoodWhileVersionsComeAndGo() {
    change(
        tx -> {
          for (int version = 2; version <= 40; version += 2) {
            SearchIndex.put(tx, document("digits", version, new Random(version)));
          }
        });
    Page<SearchDocument> first = SearchIndex.search(view, Query.ALL, Sort.NAME, "", 10);
    change(
        tx -> {
          SearchIndex.put(tx, document("digits", 1, new Random(1)));
          SearchIndex.put(tx, document("digits", 23, new Random(23)));
          SearchIndex.remove(tx, "digits", 20);
          SearchIndex.remove(tx, "digits", 22);
        });
    Page<SearchDocument> second =
        SearchIndex.search(view, Query.ALL, Sort.NAME, first.next().orElseThrow(), 100);

    assertThat(first.items().getLast().version()).isEqualTo(20);
    assertThat(second.items())
        .extracting(SearchDocument::version)
        .startsWith(23, 24, 26)
        .hasSize(10);
    assertThat(second.next()).isEmpty();
  }

  @Test
  void foreignAndChangedCursorsAreRefused() {
    change(
        tx ->
            IntStream.rangeClosed(1, 9)
                .forEach(i -> SearchIndex.put(tx, document("a", i, new Random(i)))));
    String cursor = SearchIndex.search(view, Query.ALL, Sort.NAME, "", 2).next().orElseThrow();
    Query other = Query.parse("name=a");

    assertThat(cursor).matches("[A-Za-z0-9_-]+");
    refused(ErrorCode.CURSOR_INVALID, other, Sort.NAME, cursor, 2);
    refused(ErrorCode.CURSOR_INVALID, Query.ALL, Sort.REGISTERED, cursor, 2);
    for (String bad : List.of("x", "!!", "a".repeat(2000), "AAAAAAAAAAAAAAA", cursor + "AA")) {
      refused(ErrorCode.CURSOR_INVALID, Query.ALL, Sort.NAME, bad, 2);
    }
    for (int at = 0; at < cursor.length() - 1; at++) {
      char flipped = cursor.charAt(at) == 'A' ? 'B' : 'A';
      String changed = cursor.substring(0, at) + flipped + cursor.substring(at + 1);
      refused(ErrorCode.CURSOR_INVALID, Query.ALL, Sort.NAME, changed, 2);
    }
    refused(ErrorCode.INPUT_INVALID, Query.ALL, Sort.NAME, "", 0);
    refused(ErrorCode.INPUT_INVALID, Query.ALL, Sort.NAME, "", SearchIndex.MAX_PAGE + 1);
  }

  @Test
  void noPageLooksAtMoreThanTheLimitAndTheSearchGoesOn() {
    change(
        tx -> {
          for (int i = 1; i <= 2500; i++) {
            SearchIndex.put(tx, document("digits", i, new Random(i)));
          }
        });
    CountingView counting = new CountingView(view);
    Query nothing = Query.parse("verified=false name=*s");
    Page<SearchDocument> first = SearchIndex.search(counting, nothing, Sort.NAME, "", 10);

    assertThat(first.items()).isEmpty();
    assertThat(first.next()).isPresent();
    assertThat(counting.entries).isLessThan(SearchIndex.MAX_LOOKED_AT + 1000);
    assertThat(pages(nothing, Sort.NAME, 10)).isEmpty();
  }

  @Test
  void narrowQueriesLookAtLittleHoweverMuchIsStored() {
    change(
        tx -> {
          for (int i = 1; i <= 2500; i++) {
            SearchIndex.put(tx, document("digits", i, new Random(i)));
          }
          SearchIndex.put(tx, document("rare", 1, new Random(1)));
        });
    for (String text : List.of("name=rare", "name=rar*", "registered<2026-01-01 verified=true")) {
      CountingView counting = new CountingView(view);
      SearchIndex.search(counting, Query.parse(text), Sort.parse("-metric.accuracy"), "", 10);
      assertThat(counting.entries).as(text).isLessThan(600);
    }
    CountingView newest = new CountingView(view);
    Page<SearchDocument> page =
        SearchIndex.search(newest, Query.parse("name=digits"), Sort.parse("-name"), "", 10);
    assertThat(page.items()).extracting(SearchDocument::version).startsWith(2500, 2499);
    assertThat(newest.entries).isLessThan(300);
  }

  /** Counts what is read. */
  private static final class CountingView implements RecordView {
    private final RecordView view;
    private int entries;

    CountingView(RecordView view) {
      this.view = view;
    }

    @Override
    public Optional<byte[]> get(String key) {
      entries++;
      return view.get(key);
    }

    @Override
    public List<RecordStore.Entry> scan(String prefix, String afterKey, int limit) {
      List<RecordStore.Entry> scanned = view.scan(prefix, afterKey, limit);
      entries += scanned.size();
      return scanned;
    }
  }

  /** Random versions, some of them changed and some removed again. */
  private Map<String, SearchDocument> filled(Random random, int count) {
    Map<String, SearchDocument> truth = new HashMap<>();
    change(
        tx -> {
          for (int i = 0; i < count; i++) {
            String model = MODELS[random.nextInt(MODELS.length)];
            int version = 1 + random.nextInt(300);
            if (random.nextInt(10) == 0) {
              SearchIndex.remove(tx, model, version);
              truth.remove(IndexKeys.reference(model, version));
            } else {
              SearchDocument document = document(model, version, random);
              SearchIndex.put(tx, document);
              truth.put(document.reference(), document);
            }
          }
        });
    return truth;
  }

  private static SearchDocument document(String model, int version, Random random) {
    Map<String, Double> metrics = new TreeMap<>();
    if (random.nextInt(4) > 0) {
      metrics.put("accuracy", random.nextInt(200) / 100.0 - 1);
    }
    List<String> aliases = random.nextInt(50) == 0 ? List.of("champion") : List.of();
    Map<String, String> tags =
        random.nextInt(5) == 0
            ? Map.of()
            : Map.of("team", TEAMS[random.nextInt(TEAMS.length)], "n", "" + random.nextInt(100));
    List<Dimension> shape =
        random.nextBoolean()
            ? List.of(Dimension.open("batch"), Dimension.of(1 + random.nextInt(3)))
            : List.of(Dimension.of(1 + random.nextInt(3)));
    return new SearchDocument(
        model,
        version,
        new SearchDocument.Origin(
            FIRST_DAY + random.nextInt(20) * DAY_MS + random.nextInt(3),
            true,
            Optional.of(random.nextInt(10) == 0 ? "lab" : "acme"),
            Optional.of("edge:" + (1 + random.nextInt(3))).filter(_ -> random.nextBoolean()),
            List.of("digits:" + (1 + random.nextInt(40)))),
        List.of(new SearchDocument.Input("x", ElementType.FP32, shape)),
        tags,
        metrics,
        aliases);
  }

  private static String query(Random random) {
    List<Function<Random, String>> terms =
        List.of(
            r -> "name=" + MODELS[r.nextInt(MODELS.length)],
            r -> "name=" + List.of("a*", "*b", "digits*", "d?gits", "*", "q*").get(r.nextInt(6)),
            r -> "tag.team=\"" + TEAMS[r.nextInt(TEAMS.length)] + "\"",
            _ -> "tag.team",
            r -> "tag.n=" + r.nextInt(100),
            _ -> "alias=champion",
            r -> "metric.accuracy>" + (r.nextInt(200) / 100.0 - 1),
            r -> "metric.accuracy<=" + (r.nextInt(200) / 100.0 - 1),
            r -> "metric.accuracy=" + r.nextInt(100) / 100.0,
            r -> "registered>=2026-01-%02d".formatted(1 + r.nextInt(20)),
            r -> "registered<2026-01-%02d".formatted(1 + r.nextInt(20)),
            r -> "publisher=" + (r.nextBoolean() ? "lab" : "acme"),
            r -> "environment=edge" + (r.nextBoolean() ? "" : ":2"),
            r -> "dataset=digits:" + (1 + r.nextInt(40)),
            r -> "input=[" + (1 + r.nextInt(3)) + "]",
            _ -> "input=FP32[?,2]",
            _ -> "verified=true");
    StringBuilder query = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      query.append(terms.get(random.nextInt(terms.size())).apply(random)).append(' ');
    }
    return query.toString();
  }

  private static String sort(Random random) {
    String field = List.of("name", "registered", "metric.accuracy").get(random.nextInt(3));
    return (random.nextBoolean() ? "-" : "") + field;
  }

  /** The same by looking at everything. */
  private static List<String> expected(Map<String, SearchDocument> truth, Query query, Sort sort) {
    Comparator<SearchDocument> byName =
        Comparator.comparing(document -> IndexKeys.reference(document.model(), document.version()));
    Comparator<SearchDocument> byField =
        switch (sort.field()) {
          case "name" -> byName;
          case "registered" -> Comparator.comparingLong(document -> document.origin().atMs());
          default ->
              Comparator.comparingDouble(
                  document -> document.metrics().getOrDefault("accuracy", 0.0));
        };
    Stream<SearchDocument> matching =
        truth.values().stream()
            .filter(query::matches)
            .filter(
                d -> !sort.field().startsWith("metric.") || d.metrics().containsKey("accuracy"));
    return matching
        .sorted((sort.descending() ? byField.reversed() : byField).thenComparing(byName))
        .map(SearchDocument::reference)
        .toList();
  }

  private List<String> references(String query) {
    return pages(Query.parse(query), Sort.NAME, 10);
  }

  private List<String> pages(Query query, Sort sort, int limit) {
    List<String> found = new ArrayList<>();
    String cursor = "";
    while (true) {
      Page<SearchDocument> page = SearchIndex.search(view, query, sort, cursor, limit);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
      page.items().forEach(document -> found.add(document.reference()));
      if (page.next().isEmpty()) {
        return found;
      }
      cursor = page.next().get();
    }
  }

  private void change(Consumer<DirectTransaction> change) {
    DirectTransaction tx = new DirectTransaction(store);
    change.accept(tx);
    tx.commit();
  }

  private void refused(ErrorCode code, Query query, Sort sort, String cursor, int limit) {
    FlotillaException refused =
        catchThrowableOfType(
            FlotillaException.class, () -> SearchIndex.search(view, query, sort, cursor, limit));
    assertThat(refused).as(cursor).isNotNull();
    assertThat(refused.code()).isEqualTo(code);
  }
}
