package io.flotilla.registry.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.registry.audit.AuditProblem.Kind;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.DirectTransaction;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that somebody with access to the store could do to it behind the log's back. */
class AuditVerificationTest {
  private static final int ENTRIES = 30;

  @TempDir Path directory;
  private RecordStore store;
  private AuditLog log;
  private AuditHead head;

  /** Entry i writes m/i and shared; entry 20 removes m/5. */
  @BeforeEach
  void open() {
    store = RocksRecordStore.open(directory.resolve("store"));
    log =
        new AuditLog(
            store,
            Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
            AuditScope.everythingBut("prediction/"));
    for (int i = 1; i <= ENTRIES; i++) {
      DirectTransaction transaction = new DirectTransaction(store);
      transaction.put("m/" + i, bytes("value " + i));
      transaction.put("shared", bytes("shared " + i));
      if (i == 20) {
        transaction.delete("m/5");
      }
      append(transaction);
    }
    store.write(new WriteBatch().put("prediction/1", bytes("p")));
    head = log.head();
    assertThat(log.verify(Optional.of(head)))
        .isEqualTo(new AuditVerdict(ENTRIES, ENTRIES, List.of(), 0));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void everyEditedRecordIsFoundByItsKey() {
    for (String key : List.of("m/1", "m/30", "shared")) {
      byte[] before = store.get(key).orElseThrow();
      put(key, bytes("edited"));
      assertThat(problems()).containsExactly(Kind.RECORD_EDITED + " " + key);
      put(key, before);
    }
    assertThat(problems()).isEmpty();
  }

  @Test
  void anyFlippedBitOfAnyRecordIsFound() {
    Random random = new Random(7);
    for (int round = 0; round < 50; round++) {
      String key = "m/" + (6 + random.nextInt(20));
      byte[] before = store.get(key).orElseThrow();
      byte[] edited = before.clone();
      edited[random.nextInt(edited.length)] ^= (byte) (1 << random.nextInt(8));
      put(key, edited);
      assertThat(problems()).as("seed 7, round %d", round).hasSize(1);
      put(key, before);
    }
  }

  @Test
  void removedAddedAndReturnedRecordsAreFound() {
    store.write(new WriteBatch().delete("m/7"));
    put("m/5", bytes("value 5"));
    put("zzz", bytes("new"));

    assertThat(problems())
        .containsExactlyInAnyOrder(
            Kind.RECORD_MISSING + " m/7", Kind.RECORD_ADDED + " m/5", Kind.RECORD_ADDED + " zzz");
  }

  @Test
  void recordPutBackToWhatAnEarlierEntryWroteIsFound() {
    put("shared", bytes("shared 12"));
    assertThat(problems()).containsExactly(Kind.RECORD_EDITED + " shared");

    put("shared", bytes("shared 30"));
    assertThat(problems()).isEmpty();
  }

  @Test
  void entryWithSomethingElseInPlaceOfADigestVouchesForNothing() {
    byte[] before = store.get(AuditKeys.entry(ENTRIES)).orElseThrow();
    put(
        AuditKeys.entry(ENTRIES),
        bytes(new String(before, UTF_8).replaceFirst("\"[0-9a-f]{64}\"", "\"none\"")));

    assertThat(problems())
        .hasSize(2)
        .contains(Kind.ENTRY_EDITED + " " + ENTRIES)
        .anyMatch(problem -> problem.startsWith(Kind.RECORD_EDITED.toString()));
  }

  @Test
  void everyEditedEntryIsFound() {
    for (int sequence : List.of(1, 2, 15, ENTRIES)) {
      byte[] before = store.get(AuditKeys.entry(sequence)).orElseThrow();
      AuditEntry entry = RecordCodec.decode(before, AuditEntry.class);
      put(
          AuditKeys.entry(sequence),
          RecordCodec.encode(
              new AuditEntry(
                  sequence,
                  entry.atMs(),
                  "mallory",
                  entry.action(),
                  entry.subject(),
                  entry.details(),
                  entry.records(),
                  entry.previous())));
      assertThat(problems()).containsExactly(Kind.ENTRY_EDITED + " " + sequence);
      put(AuditKeys.entry(sequence), (new String(before, UTF_8) + " ").getBytes(UTF_8));
      assertThat(problems()).containsExactly(Kind.ENTRY_EDITED + " " + sequence);
      put(AuditKeys.entry(sequence), bytes("{"));
      assertThat(problems()).contains(Kind.ENTRY_EDITED + " " + sequence);
      put(AuditKeys.entry(sequence), before);
    }
    assertThat(problems()).isEmpty();
  }

  @Test
  void removedEntriesAreFound() {
    store.write(new WriteBatch().delete(AuditKeys.entry(10)));
    assertThat(problems()).contains(Kind.ENTRY_MISSING + " 10");

    store.write(new WriteBatch().delete(AuditKeys.entry(11)));
    AuditVerdict verdict = log.verify(Optional.empty());
    assertThat(verdict.problems().getFirst().message()).contains("10 to 11");

    store.write(new WriteBatch().delete(AuditKeys.entry(ENTRIES)));
    assertThat(problems()).contains(Kind.ENTRY_MISSING + " " + ENTRIES);
  }

  @Test
  void swappedEntriesAreFound() {
    byte[] tenth = store.get(AuditKeys.entry(10)).orElseThrow();
    byte[] eleventh = store.get(AuditKeys.entry(11)).orElseThrow();
    store.write(
        new WriteBatch().put(AuditKeys.entry(10), eleventh).put(AuditKeys.entry(11), tenth));

    assertThat(problems())
        .contains(Kind.ENTRY_EDITED + " 10", Kind.ENTRY_EDITED + " 11")
        .doesNotContain(Kind.ENTRY_MISSING + " 10");
  }

  @Test
  void insertedEntryIsFoundEvenIfAllLaterOnesMoveAlong() {
    for (int i = ENTRIES; i >= 10; i--) {
      put(AuditKeys.entry(i + 1), store.get(AuditKeys.entry(i)).orElseThrow());
    }
    put("audit-head", RecordCodec.encode(new AuditHead(ENTRIES + 1, head.hash())));

    assertThat(problems()).contains(Kind.ENTRY_EDITED + " 11");
  }

  @Test
  void cutEndIsFoundByTheHeadTheRecordsAndWhatWasExpected() {
    AuditEntry kept =
        RecordCodec.decode(store.get(AuditKeys.entry(25)).orElseThrow(), AuditEntry.class);
    WriteBatch cut = new WriteBatch();
    for (int i = 26; i <= ENTRIES; i++) {
      cut.delete(AuditKeys.entry(i)).delete("m/" + i);
    }
    store.write(cut);
    assertThat(problems()).contains(Kind.ENTRY_MISSING + " 26");

    put("audit-head", RecordCodec.encode(new AuditHead(25, kept.hash())));
    assertThat(problems()).containsExactly(Kind.RECORD_EDITED + " shared");

    put("shared", bytes("shared 25"));
    assertThat(problems()).isEmpty(); // a consistent past: only the head kept elsewhere knows
    assertThat(problems(Optional.of(head))).containsExactly(Kind.CHAIN_CUT + " chain");
  }

  @Test
  void rewrittenChainIsFoundByTheHeadThatWasExpected() {
    WriteBatch rewritten = new WriteBatch();
    AuditHead now = AuditHead.NONE;
    for (int i = 1; i <= ENTRIES; i++) {
      AuditEntry entry =
          RecordCodec.decode(store.get(AuditKeys.entry(i)).orElseThrow(), AuditEntry.class);
      AuditEntry forged =
          new AuditEntry(
              i,
              entry.atMs(),
              "mallory",
              entry.action(),
              entry.subject(),
              entry.details(),
              entry.records(),
              now.hash());
      now = new AuditHead(i, forged.hash());
      rewritten.put(AuditKeys.entry(i), RecordCodec.encode(forged));
    }
    store.write(rewritten.put("audit-head", RecordCodec.encode(now)));

    assertThat(problems()).isEmpty();
    assertThat(problems(Optional.of(head))).containsExactly(Kind.CHAIN_CUT + " " + ENTRIES);
  }

  @Test
  void entriesBeyondTheHeadAndLostHeadsAreFound() {
    put(AuditKeys.entry(ENTRIES + 1), store.get(AuditKeys.entry(ENTRIES)).orElseThrow());
    assertThat(problems()).containsExactly(Kind.ENTRY_ADDED + " " + (ENTRIES + 1));

    store.write(new WriteBatch().delete("audit-head"));
    assertThat(problems()).contains(Kind.ENTRY_ADDED + " 1");

    put("audit-head", bytes("?"));
    assertThat(problems()).contains(Kind.HEAD_EDITED + " chain");

    put("audit-head", RecordCodec.encode(new AuditHead(Long.MAX_VALUE, head.hash())));
    assertThat(problems()).contains(Kind.ENTRY_MISSING + " " + (ENTRIES + 2));

    put("audit/not-a-number", bytes("x"));
    assertThat(problems()).contains(Kind.ENTRY_ADDED + " audit/not-a-number");
  }

  @Test
  void secondBeginningIsFound() {
    DirectTransaction transaction = new DirectTransaction(store);
    transaction.put("smuggled", bytes("x"));
    log.append(
        transaction,
        new AuditAction("controller", AuditLog.BEGIN, "store", Map.of("upTo", "smuggled")),
        transaction.changes());
    transaction.commit();

    assertThat(problems()).containsExactly(Kind.ENTRY_ADDED + " " + (ENTRIES + 1));
  }

  @Test
  void manyProblemsAreCountedAndTheFirstAreListed() {
    WriteBatch added = new WriteBatch();
    for (int i = 0; i < 500; i++) {
      added.put("zzz/" + i, bytes("x"));
    }
    store.write(added);
    AuditVerdict verdict = log.verify(Optional.empty());

    assertThat(verdict.intact()).isFalse();
    assertThat(verdict.problemCount()).isEqualTo(500);
    assertThat(verdict.problems()).hasSize(AuditVerdict.MAX_PROBLEMS);
  }

  @Test
  void damagedRecordsAreNamedAndTheOthersAreChecked() throws IOException {
    Random random = new Random(17);
    for (int i = 0; i < 40; i++) {
      byte[] incompressible = new byte[3000];
      random.nextBytes(incompressible);
      DirectTransaction transaction = new DirectTransaction(store);
      transaction.put("large/%02d".formatted(i), incompressible);
      append(transaction);
    }
    put("m/9", bytes("edited"));
    store.close();
    RocksRecordStore.open(directory.resolve("store")).close(); // writes a table
    damageATable(3000 * 20);
    store = RocksRecordStore.open(directory.resolve("store"));
    log =
        new AuditLog(
            store,
            Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
            AuditScope.everythingBut("prediction/"));

    List<String> found = problems(Optional.of(head));
    assertThat(found).contains(Kind.RECORD_EDITED + " m/9", Kind.UNREADABLE + " chain");
    assertThat(found)
        .hasSizeBetween(3, 6)
        .anyMatch(problem -> problem.startsWith(Kind.UNREADABLE + " large/"));
  }

  private void damageATable(int at) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("store"))) {
      Path table =
          files
              .filter(file -> file.toString().endsWith(".sst"))
              .max(Comparator.comparingLong(file -> file.toFile().length()))
              .orElseThrow();
      byte[] content = Files.readAllBytes(table);
      assertThat(content.length).isGreaterThan(2 * at);
      content[content.length - at] ^= 1;
      Files.write(table, content);
    }
  }

  @Test
  void verifyingWhileOthersWriteFindsNothingWrong() throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(50);
    Thread writer =
        Thread.ofPlatform()
            .name("audit-writer")
            .start(
                () -> {
                  Random random = new Random(11);
                  for (int i = 0; !stop.get(); i++) {
                    DirectTransaction transaction = new DirectTransaction(store);
                    for (int change = 0; change < 5; change++) {
                      String key = "m/" + random.nextInt(60);
                      if (random.nextInt(4) == 0) {
                        transaction.delete(key);
                      } else {
                        transaction.put(key, bytes("value " + i));
                      }
                    }
                    append(transaction);
                    begun.countDown();
                  }
                });
    begun.await();
    for (int i = 0; i < 20; i++) {
      assertThat(problems(Optional.of(head))).isEmpty();
    }
    stop.set(true);
    writer.join();
    assertThat(problems(Optional.of(head))).isEmpty();
    assertThat(log.head().sequence()).isGreaterThan(ENTRIES + 50);
  }

  private void append(DirectTransaction transaction) {
    log.append(
        transaction, new AuditAction("ada", "model.tag", "m", Map.of()), transaction.changes());
    transaction.commit();
  }

  private List<String> problems() {
    return problems(Optional.empty());
  }

  /** Each as its kind and what it is about. */
  private List<String> problems(Optional<AuditHead> expected) {
    List<String> found = new ArrayList<>();
    for (AuditProblem problem : log.verify(expected).problems()) {
      String subject = problem.sequence().map(String::valueOf).or(problem::key).orElse("chain");
      found.add(problem.kind() + " " + subject);
    }
    return found;
  }

  private void put(String key, byte[] value) {
    store.write(new WriteBatch().put(key, value));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
