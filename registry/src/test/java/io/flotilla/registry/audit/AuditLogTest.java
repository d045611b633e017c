package io.flotilla.registry.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.store.DirectTransaction;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  @TempDir Path directory;
  private RecordStore store;
  private AuditLog log;

  @BeforeEach
  void open() {
    store = RocksRecordStore.open(directory.resolve("store"));
    log = new AuditLog(store, CLOCK, AuditScope.everythingBut("prediction/", "device/presence/"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void entrySaysWhoDidWhatWhenAndWhyAndContinuesTheOneBefore() {
    AuditEntry first = act("ada", "model.register", "model/digits:1", Map.of("m/1", "one"));
    AuditEntry second = act("bob", "model.delete", "model/digits:1", Map.of("m/1", ""));

    assertThat(first)
        .isEqualTo(
            new AuditEntry(
                1,
                NOW.toEpochMilli(),
                "ada",
                "model.register",
                "model/digits:1",
                Map.of("reason", "because"),
                Map.of("m/1", Digest.of("one".getBytes(UTF_8)).hex()),
                "0".repeat(64)));
    assertThat(second.previous()).isEqualTo(first.hash());
    assertThat(second.records()).containsExactly(Map.entry("m/1", AuditEntry.DELETED));
    assertThat(log.head()).isEqualTo(new AuditHead(2, second.hash()));
    assertThat(log.page(0, 10, AuditFilter.ALL).entries()).containsExactly(first, second);
    assertThat(log.verify(Optional.empty()).intact()).isTrue();
  }

  @Test
  void nothingIsLoggedUnlessTheTransactionIsWritten() {
    DirectTransaction transaction = new DirectTransaction(store);
    transaction.put("m/1", "one".getBytes(UTF_8));
    log.append(transaction, action("ada", "model.register", "m"), transaction.changes());

    assertThat(log.head()).isEqualTo(AuditHead.NONE);
    assertThat(log.page(0, 10, AuditFilter.ALL).entries()).isEmpty();
  }

  @Test
  void twoActionsOfOneTransactionAreTwoLinks() {
    DirectTransaction transaction = new DirectTransaction(store);
    AuditEntry first = log.append(transaction, action("ada", "a", "s"), Map.of());
    AuditEntry second = log.append(transaction, action("ada", "b", "s"), Map.of());
    transaction.commit();

    assertThat(second.sequence()).isEqualTo(2);
    assertThat(second.previous()).isEqualTo(first.hash());
    assertThat(log.verify(Optional.of(log.head())).entries()).isEqualTo(2);
  }

  @Test
  void recordsOfHighVolumeAndTheLogItselfAreNotGoverned() {
    AuditEntry entry =
        act("ada", "a", "s", Map.of("m/1", "x", "prediction/9", "y", "device/presence/d", "z"));

    assertThat(entry.records()).containsOnlyKeys("m/1");
    assertThat(log.governs("prediction")).isTrue();
    assertThat(log.governs("prediction/")).isFalse();
    assertThat(log.governs("device/one")).isTrue();
    assertThat(log.governs("audit/0000000000000000001")).isFalse();
    assertThat(log.governs("audit-head")).isFalse();
    assertThat(log.verify(Optional.empty()).records()).isEqualTo(1);
    assertThatThrownBy(() -> AuditScope.everythingBut("prediction"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void actionOfManyRecordsHasSeveralEntries() {
    Map<String, String> values = new TreeMap<>();
    IntStream.range(0, 2 * AuditLog.MAX_RECORDS + 1).forEach(i -> values.put("m/" + i, "v" + i));
    AuditEntry last = act("ada", "a", "s", values);

    assertThat(last.sequence()).isEqualTo(3);
    assertThat(last.records()).hasSize(1);
    AuditVerdict verdict = log.verify(Optional.of(log.head()));
    assertThat(verdict.problems()).isEmpty();
    assertThat(verdict.records()).isEqualTo(values.size());
  }

  @Test
  void pagesGoOnWhereTheLastOneEndedAndFiltersChoose() {
    for (int i = 1; i <= 25; i++) {
      act(i % 5 == 0 ? "bob" : "ada", i % 2 == 0 ? "model.tag" : "run.end", "s" + i % 3, Map.of());
    }
    AuditPage first = log.page(0, 10, AuditFilter.ALL);
    AuditPage second = log.page(first.next().orElseThrow(), 10, AuditFilter.ALL);
    AuditPage third = log.page(second.next().orElseThrow(), 10, AuditFilter.ALL);

    assertThat(sequences(first)).isEqualTo(IntStream.rangeClosed(1, 10).boxed().toList());
    assertThat(sequences(second)).isEqualTo(IntStream.rangeClosed(11, 20).boxed().toList());
    assertThat(sequences(third)).isEqualTo(IntStream.rangeClosed(21, 25).boxed().toList());
    assertThat(third.next()).isEmpty();
    assertThat(sequences(log.page(0, 25, AuditFilter.ALL))).hasSize(25);
    assertThat(
            sequences(
                log.page(
                    4,
                    10,
                    new AuditFilter(Optional.of("bob"), Optional.of("model."), Optional.empty()))))
        .containsExactly(10, 20);
    assertThat(
            sequences(
                log.page(
                    0, 3, new AuditFilter(Optional.empty(), Optional.empty(), Optional.of("s0")))))
        .containsExactly(3, 6, 9);
    assertThatThrownBy(() -> log.page(0, 0, AuditFilter.ALL))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> log.page(-1, 1, AuditFilter.ALL))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void beginningVouchesOnceForWhatWasThere() {
    WriteBatch before = new WriteBatch();
    IntStream.range(0, 700).forEach(i -> before.put("old/" + i, ("v" + i).getBytes(UTF_8)));
    before.put("prediction/1", "p".getBytes(UTF_8)).put("a", "x".getBytes(UTF_8));
    store.write(before);
    assertThat(log.verify(Optional.empty()).problemCount()).isEqualTo(701);

    log.begin();
    AuditHead begun = log.head();
    assertThat(log.verify(Optional.of(begun)).problems()).isEmpty();
    assertThat(log.verify(Optional.of(begun)).records()).isEqualTo(701);
    store.write(new WriteBatch().put("smuggled", "x".getBytes(UTF_8)));
    log.begin();

    assertThat(log.head()).isEqualTo(begun);
    assertThat(log.verify(Optional.of(begun)).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.kind()).isEqualTo(AuditProblem.Kind.RECORD_ADDED);
              assertThat(problem.key()).hasValue("smuggled");
            });
  }

  @Test
  void beginningGoesOnAfterACut() {
    WriteBatch before = new WriteBatch();
    IntStream.range(0, 1000).forEach(i -> before.put("old/" + i, ("v" + i).getBytes(UTF_8)));
    store.write(before);
    for (int writes = 0; writes < 5; writes++) {
      CutStore cut = new CutStore(store, 1);
      AuditLog cutLog = new AuditLog(cut, CLOCK, AuditScope.EVERYTHING);
      if (writes < 4) {
        assertThatThrownBy(cutLog::begin).isInstanceOf(IllegalStateException.class);
      } else {
        cutLog.begin();
      }
    }
    AuditVerdict verdict = log.verify(Optional.empty());
    assertThat(verdict.problems()).isEmpty();
    assertThat(verdict.records()).isEqualTo(1000);
    assertThat(verdict.entries()).isEqualTo(5);
  }

  @Test
  void emptyStoreHasABeginningToo() {
    log.begin();
    log.begin();

    assertThat(log.page(0, 10, AuditFilter.ALL).entries())
        .singleElement()
        .satisfies(entry -> assertThat(entry.action()).isEqualTo(AuditLog.BEGIN));
  }

  @Test
  void logThatBeginsWithSomethingElseIsBroken() {
    act("ada", "a", "s", Map.of());

    assertThatThrownBy(log::begin)
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_BROKEN));
  }

  @Test
  void actionsHaveLimits() {
    String longest = "x".repeat(AuditAction.MAX_NAME);
    new AuditAction(longest, longest, longest, Map.of("reason", "y".repeat(4096)));

    for (Runnable over :
        List.<Runnable>of(
            () -> new AuditAction(longest + "x", "a", "s", Map.of()),
            () -> new AuditAction("a", " ", "s", Map.of()),
            () -> new AuditAction("a", "a", "", Map.of()),
            () -> new AuditAction("a", "a", "s", Map.of("reason", "y".repeat(4097))))) {
      assertThatThrownBy(over::run)
          .isInstanceOfSatisfying(
              FlotillaException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
    }
  }

  private static List<Integer> sequences(AuditPage page) {
    return page.entries().stream().map(entry -> (int) entry.sequence()).toList();
  }

  private static AuditAction action(String actor, String action, String subject) {
    return new AuditAction(actor, action, subject, Map.of("reason", "because"));
  }

  /** Writes these, or removes those that are "". */
  private AuditEntry act(String actor, String action, String subject, Map<String, String> values) {
    DirectTransaction transaction = new DirectTransaction(store);
    values.forEach(
        (key, value) -> {
          if (value.isEmpty()) {
            transaction.delete(key);
          } else {
            transaction.put(key, value.getBytes(UTF_8));
          }
        });
    AuditEntry entry =
        log.append(transaction, action(actor, action, subject), transaction.changes());
    transaction.commit();
    return entry;
  }

  /** A store that lets so many writes through and refuses the next. */
  private static final class CutStore implements RecordStore {
    private final RecordStore real;
    private int left;

    CutStore(RecordStore real, int writes) {
      this.real = real;
      this.left = writes;
    }

    @Override
    public Optional<byte[]> get(String key) {
      return real.get(key);
    }

    @Override
    public void write(WriteBatch batch) {
      if (left-- == 0) {
        throw new IllegalStateException("cut");
      }
      real.write(batch);
    }

    @Override
    public List<Entry> scan(String prefix, String afterKey, int limit) {
      return real.scan(prefix, afterKey, limit);
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
